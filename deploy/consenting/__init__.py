"""Four eyes: what one person proposes and signs, another consents to and signs, before it is done."""
