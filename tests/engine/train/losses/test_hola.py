"""Each variant of HOLA against loops that say the formula one cell at a time."""

import itertools

import pytest
import torch
from torch import Tensor

from engine.train.losses.hola import Supervision, hola_loss
from engine.train.recipe.losses import HolaVariant

Case = tuple[list[Tensor], Supervision]


def _case(seed: int, *, cells: tuple[int, int] = (4, 6), empty: bool = True) -> Case:
    """Maps of two levels with unlike numbers of heads; overlapping phrases; an empty group; an image with none."""
    generator = torch.Generator().manual_seed(seed)
    batch, tokens, phrases = 3, 7, 4
    height, width = cells
    sizes = [(2, height * width), (3, height * width // 4)]
    maps = [
        torch.randn(batch, heads, queries, tokens, generator=generator, dtype=torch.float64).softmax(-1)
        for heads, queries in sizes
    ]
    spans = torch.zeros(batch, phrases, tokens)
    spans[0, 0, 1:3] = spans[0, 1, 2:6] = spans[0, 2, 4:5] = 1  # overlapping
    spans[1, 0, 1:2] = spans[1, 1, 2:6] = 1
    valid = torch.zeros(batch, phrases)
    valid[0, :3] = valid[1, :2] = 1  # image 2 has no phrase
    if empty:
        valid[1, 3] = 1  # a group that has no token
    regions = torch.rand(batch, phrases, height, width, generator=generator)
    return [part.float() for part in maps], Supervision(spans=spans, regions=regions, valid=valid)


def _target(regions: Tensor, queries: int) -> list[float]:
    """Mean of each block of cells, by hand; row-major over the coarse grid."""
    height, width = regions.shape
    factor = round((height * width / queries) ** 0.5)
    pooled = []
    for top, left in itertools.product(range(0, height, factor), range(0, width, factor)):
        block = [float(regions[top + i, left + j]) for i in range(factor) for j in range(factor)]
        pooled.append(sum(block) / len(block))
    return pooled


def _phrases(supervision: Supervision, image: int) -> list[tuple[list[int], Tensor]]:
    """Tokens and region of each phrase of an image that has both."""
    found = []
    for phrase in range(supervision.spans.shape[1]):
        tokens = [t for t in range(supervision.spans.shape[2]) if supervision.spans[image, phrase, t]]
        if tokens and supervision.valid[image, phrase]:
            found.append((tokens, supervision.regions[image, phrase]))
    return found


def _mean(values: list[Tensor]) -> Tensor:
    return torch.stack(values).mean()


def _distances(plane: Tensor, tokens: list[int], target: list[float]) -> list[Tensor]:
    """||m_j - h||^2 / Q of each token's map, then that of their mean map; plane [Q, T]."""
    each = [_mean([(plane[q, t] - target[q]) ** 2 for q in range(len(target))]) for t in tokens]
    mean_map = [_mean([plane[q, t] for t in tokens]) for q in range(len(target))]
    return [*each, _mean([(value - target[q]) ** 2 for q, value in enumerate(mean_map)])]


def _slow_paper(maps: list[Tensor], supervision: Supervision) -> Tensor:
    layers = []
    for attention in maps:
        images = []
        for image in range(len(attention)):
            phrases = []
            for tokens, region in _phrases(supervision, image):
                target = _target(region, attention.shape[2])
                heads = [torch.stack(_distances(plane, tokens, target)).sum() for plane in attention[image]]
                phrases.append(_mean(heads))
            if phrases:
                images.append(_mean(phrases))
        layers.append(_mean(images))
    return _mean(layers)


def _slow_reference(maps: list[Tensor], supervision: Supervision) -> Tensor:
    """The published reduction: all span maps and their means side by side, a mean per head, heads of all layers."""
    images = []
    for image in range(len(maps[0])):
        heads = []
        for attention in maps:
            for plane in attention[image]:
                columns = []
                for tokens, region in _phrases(supervision, image):
                    columns += _distances(plane, tokens, _target(region, attention.shape[2]))
                if columns:
                    heads.append(_mean(columns))
        if heads:
            images.append(_mean(heads))
    return _mean(images)


def _slow_mass(maps: list[Tensor], supervision: Supervision) -> Tensor:
    layers = []
    for attention in maps:
        images = []
        for image in range(len(attention)):
            found = _phrases(supervision, image)
            targets = [_target(region, attention.shape[2]) for _, region in found]
            losses = []
            for (tokens, _), target in zip(found, targets, strict=True):
                for plane, q in itertools.product(attention[image], range(len(target))):
                    wanted = target[q] / max(1.0, sum(other[q] for other in targets))
                    losses.append((sum(plane[q, t] for t in tokens) - wanted) ** 2)
            if losses:
                images.append(_mean(losses))  # every phrase has as many cells and heads
        layers.append(_mean(images))
    return _mean(layers)


SLOW = {
    HolaVariant.HOLA: _slow_paper,
    HolaVariant.HOLA_REFERENCE: _slow_reference,
    HolaVariant.HOLA_MASS: _slow_mass,
}


@pytest.mark.parametrize("variant", SLOW)
@pytest.mark.parametrize("cells", [(4, 6), (6, 2)])
def test_value_and_gradient_are_those_of_the_loops(variant: HolaVariant, cells: tuple[int, int]) -> None:
    maps, supervision = _case(1, cells=cells)
    fast_maps = [part.clone().requires_grad_() for part in maps]
    slow_maps = [part.clone().requires_grad_() for part in maps]
    fast, slow = hola_loss(variant, fast_maps, supervision), SLOW[variant](slow_maps, supervision)
    torch.testing.assert_close(fast, slow, atol=1e-6, rtol=1e-5)
    fast.backward()
    slow.backward()
    for one, other in zip(fast_maps, slow_maps, strict=True):
        assert one.grad is not None and other.grad is not None
        torch.testing.assert_close(one.grad, other.grad, atol=1e-7, rtol=1e-4)


@pytest.mark.parametrize("tokens", [1, 4])
def test_the_papers_formula_is_as_many_times_the_published_code_as_a_phrase_has_maps(tokens: int) -> None:
    """A phrase's tokens and their mean are summed by the one and averaged by the other: five times with four tokens."""
    maps, supervision = _case(4)
    spans = torch.zeros_like(supervision.spans)
    spans[0, 0, :tokens] = spans[0, 1, -tokens:] = spans[1, 0, 1 : 1 + tokens] = 1
    told = Supervision(spans=spans, regions=supervision.regions, valid=(spans.sum(-1) > 0).float())
    paper, code = (hola_loss(kind, maps[:1], told) for kind in (HolaVariant.HOLA, HolaVariant.HOLA_REFERENCE))
    torch.testing.assert_close(paper, code * (tokens + 1), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("variant", SLOW)
def test_a_batch_without_phrases_costs_nothing(variant: HolaVariant) -> None:
    maps, supervision = _case(2)
    nothing = Supervision(
        spans=torch.zeros_like(supervision.spans), regions=supervision.regions, valid=supervision.valid
    )
    assert hola_loss(variant, maps, nothing).item() == 0


@pytest.mark.parametrize("variant", SLOW)
def test_half_precision_maps_are_reduced_in_float32(variant: HolaVariant) -> None:
    maps, supervision = _case(3)
    rounded = [part.bfloat16() for part in maps]
    loss = hola_loss(variant, rounded, supervision)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, hola_loss(variant, [part.float() for part in rounded], supervision))


@pytest.mark.parametrize("variant", SLOW)
def test_the_loss_keeps_nothing_of_the_maps_size_but_the_maps(variant: HolaVariant) -> None:
    """For the backward pass: differences follow from the maps, which the softmax keeps anyway."""
    maps, supervision = _case(5)
    maps = [part.requires_grad_() for part in maps]
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.numel()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss = hola_loss(variant, maps, supervision)
    own = {part.untyped_storage().data_ptr() for part in maps}
    assert own <= kept.keys()
    per_head = max(part.numel() // part.shape[1] for part in maps)  # targets are alike for all heads
    assert all(size <= per_head for storage, size in kept.items() if storage not in own)
    loss.backward()


def test_the_mass_target_can_be_reached_and_the_papers_cannot() -> None:
    """A softmax that gives every phrase its share has no mass loss; it still has a paper loss."""
    batch, phrases, tokens, height, width = 1, 3, 8, 2, 2
    regions = torch.tensor([[1.0, 0, 1, 0], [1, 1, 0.5, 0], [1, 0, 0, 0.25]]).view(batch, phrases, height, width)
    spans = torch.zeros(batch, phrases, tokens)
    spans[0, 0, 1:3] = spans[0, 1, 3:6] = spans[0, 2, 6:7] = 1
    supervision = Supervision(spans=spans, regions=regions, valid=torch.ones(batch, phrases))
    flat = regions.flatten(2)[0]
    shares = flat / flat.sum(0).clamp(min=1)  # [P, Q]
    assert shares.sum(0).max() <= 1
    attention = torch.zeros(batch, 1, height * width, tokens)
    for phrase in range(phrases):
        members = spans[0, phrase].nonzero().flatten()
        attention[0, 0][:, members] = (shares[phrase] / len(members))[:, None]
    attention[..., 0] = 1 - attention.sum(-1)  # the start mark takes the rest
    assert attention.min() >= 0
    assert hola_loss(HolaVariant.HOLA_MASS, [attention], supervision).item() < 1e-12
    assert hola_loss(HolaVariant.HOLA, [attention], supervision).item() > 0.1


def test_regions_that_do_not_pool_to_the_queries_are_refused() -> None:
    maps, supervision = _case(4)
    with pytest.raises(ValueError, match="4x6 cells do not pool to 7 queries"):
        hola_loss(HolaVariant.HOLA, [maps[0][:, :, :7]], supervision)
