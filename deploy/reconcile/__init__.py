"""Two exports of the same dossiers, the local system's and the national one, compared (docs/reconcile.md)."""
