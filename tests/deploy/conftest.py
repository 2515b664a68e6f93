"""Manifests as a cluster would get them, rendered once."""

import shutil

import pytest

from tests.deploy.manifests import ALTERNATIVES, APPLIED, ROOT, Manifest, Rendered, pod_of, render


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The objects of everything that is applied, by its folder in k8s; `alternatives` are components of no overlay."""
    found = {name: render(ROOT / "k8s" / name) for name in APPLIED}
    copy = tmp_path_factory.mktemp("manifests") / "k8s"
    shutil.copytree(ROOT / "k8s", copy)
    (copy / "alternatives").mkdir()
    (copy / "alternatives/kustomization.yaml").write_text(ALTERNATIVES, encoding="utf-8")
    return {**found, "alternatives": render(copy / "alternatives")}


@pytest.fixture(scope="session")
def pods(rendered: Rendered) -> dict[str, Manifest]:
    """Every pod template, by where it is and what it is of."""
    return {
        f"{where}: {manifest['kind']} {manifest['metadata']['name']}": pod
        for where, manifests in rendered.items()
        for manifest in manifests
        if (pod := pod_of(manifest)) is not None
    }
