"""Writes every board in both languages: `python -m dashboards.boards`."""

from dashboards.boards.written import FOLDER, written

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in written().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
