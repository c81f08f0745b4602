"""What changes a fingerprint, and what does not."""

from datetime import date

from pipeline.lake import fingerprint, fingerprints, release_id


def test_order_of_sources_does_not_matter_content_does():
    one = fingerprint({"a.md": b"1", "b.md": b"2"})
    assert one == fingerprint({"b.md": b"2", "a.md": b"1"})
    assert one != fingerprint({"a.md": b"1", "b.md": b"3"})
    assert one != fingerprint({"a.md": b"2", "b.md": b"1"})  # contents swapped
    assert one != fingerprint({"a.md": b"1", "c.md": b"2"})  # renamed
    assert one != fingerprint({"a.md": b"1"})


def test_method_and_libraries_count(monkeypatch):
    one = fingerprint({})
    monkeypatch.setattr(fingerprints, "version", lambda name: f"{name} 99")
    assert fingerprint({}) != one
    monkeypatch.undo()
    modules = dict(fingerprints._modules(fingerprints.METHOD))
    assert "contracts/core.py" in modules
    assert not any(path.startswith(("lake/", "cli/", "assets/")) for path in modules)
    monkeypatch.setattr(
        fingerprints, "_modules", lambda _: [("contracts/core.py", b"")]
    )
    assert fingerprint({}) != one


def test_release_id_names_content():
    assert release_id(date(2025, 9, 17), "ab" * 32) == "2025-09-17-abababab"
