"""The Grafana boards: described once, built in two languages, committed under `dashboards/grafana/`."""
