"""scenarios/gallery/README.md says what the scenarios beside it say."""

import subprocess

from tree import ROOT


def test_the_page_is_the_generated_one():
    done = subprocess.run([ROOT / "scripts/update_gallery_page", "--check"], check=False)
    assert done.returncode == 0, "scripts/update_gallery_page writes it anew"
