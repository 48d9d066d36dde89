"""A report as people read it: HTML for paper and phone, XLSX for the office, JSON for programs."""
