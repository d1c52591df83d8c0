from keras_stable.data.files import existing_directory, existing_file


def test_a_file_or_a_directory_that_is_there_is_returned(tmp_path):
    (tmp_path / "a").touch()
    assert existing_file("data.path", str(tmp_path / "a")) == tmp_path / "a"
    assert existing_directory("data.path", str(tmp_path)) == tmp_path


def test_one_that_is_not_there_is_refused(tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").touch()
    assert refused(existing_file, "data.path", "b") == (
        f"`data.path` must be a file that exists. Received: b, seen from {tmp_path}"
    )
    assert refused(existing_file, "data.path", str(tmp_path)).endswith(f"Received: the directory {tmp_path}")
    assert refused(existing_directory, "data.path", "b").endswith(f"Received: b, seen from {tmp_path}")
    assert refused(existing_directory, "data.path", "a").endswith("Received: a, a file")
