"""The development set: translated by the network in training, as the engines would."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mt.engine import output_cap
from mt.normalize import normalize
from mt.training.pieces import Segmenter

__all__ = ["Development", "translate"]


@dataclass(frozen=True, slots=True)
class Development:
    """The development set, and what scores hypotheses against its references: metric name to score, 0 to 100."""

    sources: Sequence[str]
    references: Sequence[str]
    score: Callable[[Sequence[str], Sequence[str]], Mapping[str, float]]


def translate(model: Any, segmenter: Segmenter, sources: Sequence[str], batch_tokens: int) -> list[str]:
    """Translate texts greedily, in order, in batches of at most so many padded pieces; over-long ones are cut."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    positions = model.config.max_position_embeddings
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a step of decoding is many small products, whose threads mostly wait for each other
    rows = [row[: positions - 1] for row in segmenter.source([normalize(text) for text in sources])]
    texts = [""] * len(rows)
    for batch in _batches([len(row) for row in rows], batch_tokens):
        source = pad_sequence([torch.tensor(rows[i]) for i in batch], batch_first=True, padding_value=segmenter.pad).to(
            model.device
        )
        with torch.inference_mode():
            output = model.generate(
                input_ids=source,
                attention_mask=source.ne(segmenter.pad),
                num_beams=1,
                do_sample=False,
                max_length=None,
                max_new_tokens=min(output_cap(source.shape[1]), positions - 1),
                bad_words_ids=[[segmenter.pad], [segmenter.unknown]],
            )
        for i, row in zip(batch, output[:, 1:].tolist(), strict=True):
            texts[i] = segmenter.text(row)
    torch.set_num_threads(threads)
    return texts


def _batches(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Group the numbers of rows of like lengths."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > batch_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
