"""`dunghan gateway`: CloudEvents over HTTP into `dossier.inbox`; 202 once the broker has them (docs/gateway.md)."""
