"""The clerk's desk: checks a reference folder, looks ahead at what it would change, and publishes it."""
