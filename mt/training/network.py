"""The network in training: a MarianMT and its loss on a batch."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import MarianConfig, MarianMTModel

from mt.errors import InputError, ModelError
from mt.marian import load_weights
from mt.training.corpora import Batch
from mt.training.pieces import Segmenter
from mt.training.recipe import Recipe, Shape

__all__ = ["BARRED", "Network", "create"]

BARRED = -1e4
"""The bias of pieces that no translation holds: exp of it is 0 in every number format, and it is finite in all."""


class Network:
    """A MarianMT whose softmax is over the pieces that a translation may hold (`allowed`).

    Parameters are float32; under the precision `bfloat16` the products are computed in it (autocast).
    """

    def __init__(self, model: Any, pad: int, allowed: Sequence[int], smoothing: float, precision: str) -> None:
        self.model, self._pad, self._smoothing, self._precision = model.train(), pad, smoothing, precision
        self._device = model.final_logits_bias.device
        self._allowed = torch.tensor(allowed, device=self._device)
        # Number of a piece -> its column in the softmax over the allowed ones; -100 is what cross_entropy leaves out.
        self._column = torch.full((model.config.vocab_size,), -100, device=self._device)
        self._column[self._allowed] = torch.arange(len(allowed), device=self._device)
        self.parameters = [p for p in model.parameters() if p.requires_grad]

    def plan(self) -> dict[str, Any]:
        """Give what another process needs to build this network, but for the parameters."""
        return {
            "config": self.model.config.to_dict(),
            "bias": self.model.final_logits_bias.tolist(),
            "pad": self._pad,
            "allowed": self._allowed.tolist(),
            "smoothing": self._smoothing,
            "precision": self._precision,
        }

    @classmethod
    def of(cls, plan: dict[str, Any]) -> "Network":
        """Build a network by a plan, with random parameters."""
        model = MarianMTModel(MarianConfig(**plan["config"]))
        model.final_logits_bias.copy_(torch.tensor(plan["bias"]))
        return cls(model, plan["pad"], plan["allowed"], plan["smoothing"], plan["precision"])

    def loss(self, batch: Batch, seed: int) -> torch.Tensor:
        """Compute a batch's cross-entropy with label smoothing, summed over its target pieces; `seed` drops units."""
        torch.manual_seed(seed)
        source = self._tensor(_padded(batch.source, self._pad))  # (rows, source pieces)
        target = _padded(batch.target, self._pad)  # (rows, target pieces)
        told = np.flatnonzero(target != self._pad)  # found here: a GPU would have to be waited for
        before = np.roll(target, 1, axis=1)
        before[:, 0] = self._pad  # what the decoder sees: `<pad>`, then the pieces up to the one to be told
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            hidden = self.model.model(
                input_ids=source,
                attention_mask=source.ne(self._pad),
                decoder_input_ids=self._tensor(before),
                use_cache=False,
            ).last_hidden_state  # (rows, target pieces, width)
            logits = functional.linear(
                hidden.flatten(0, 1).index_select(0, self._tensor(told)),  # (pieces, width): padding costs no softmax
                self.model.lm_head.weight.index_select(0, self._allowed),
                self.model.final_logits_bias[0, self._allowed],
            )  # (pieces, allowed)
        return functional.cross_entropy(
            logits.float(),
            self._column[self._tensor(target.ravel()[told])],
            reduction="sum",
            label_smoothing=self._smoothing,
        )

    def _tensor(self, numbers: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(numbers).to(self._device, non_blocking=True)


def _padded(rows: Sequence[Sequence[int]], pad: int) -> np.ndarray:
    """Put rows under each other, as (rows, longest row)."""
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    table = np.full((len(rows), lengths.max()), pad)
    table[np.arange(table.shape[1]) < lengths[:, None]] = np.fromiter(chain.from_iterable(rows), np.int64)
    return table


def create(
    recipe: Recipe, segmenter: Segmenter, start: Path | Shape, device: str, directions: torch.Tensor | None = None
) -> Network:
    """Give the network that a training begins with: a folder's, or a new one of a shape with random weights.

    `directions` (pieces, width) are of length 1 or 0; the embeddings of those that have one point there.

    Raises `InputError` for sentences longer than its positions, `ModelError` for a folder that cannot be trained.
    """
    torch.manual_seed(recipe.seed)
    model = _model(start, segmenter, recipe.dropout).to(device)
    if directions is not None:
        _point(model.model.shared.weight, directions.to(device))
    positions = model.config.max_position_embeddings
    if recipe.max_length > positions:
        raise InputError(f"--max-length {recipe.max_length} is beyond the model's {positions} positions; lower it")
    allowed = segmenter.allowed()
    with torch.no_grad():
        bias = model.final_logits_bias
        kept = bias[0, allowed].clone()
        bias.fill_(BARRED)
        bias[0, allowed] = kept
        # The embedding of `<pad>` gets no gradient, and no decay moves a zero.
        for embedding in (model.model.encoder.embed_tokens, model.model.decoder.embed_tokens):
            embedding.weight[segmenter.pad] = 0
    return Network(model, segmenter.pad, allowed, recipe.smoothing, recipe.precision)


def _model(start: Path | Shape, segmenter: Segmenter, dropout: float) -> Any:
    """Give a folder's model, or a new one with random weights, with this dropout."""
    if isinstance(start, Shape):
        return MarianMTModel(_config(start, segmenter, dropout))
    loaded = load_weights(start)
    config = loaded.config
    if {config.vocab_size, config.decoder_vocab_size or config.vocab_size} != {segmenter.size}:
        raise ModelError(
            f"{start}: the network knows {config.vocab_size:,} pieces and vocab.json {segmenter.size:,}; "
            "take a model with one vocabulary for both languages"
        )
    config.dropout, config.attention_dropout, config.activation_dropout = dropout, 0.0, 0.0
    network = MarianMTModel(config)  # made anew, since each layer keeps its own copy of the dropout
    network.load_state_dict(loaded.state_dict())
    return network


@torch.no_grad()
def _point(embeddings: torch.Tensor, directions: torch.Tensor) -> None:
    """Turn embeddings into these directions, all as long as the random ones are on the average."""
    length = embeddings.norm(dim=1).mean()
    embeddings.copy_(torch.where(directions.any(dim=1, keepdim=True), length * directions, embeddings))


def _config(shape: Shape, segmenter: Segmenter, dropout: float) -> MarianConfig:
    """Describe a new network: like opus-mt's but for the size, and ReLU, which is faster, for Swish."""
    return MarianConfig(
        vocab_size=segmenter.size,
        decoder_vocab_size=segmenter.size,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        max_position_embeddings=512,
        activation_function="relu",
        dropout=dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        scale_embedding=True,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        pad_token_id=segmenter.pad,
        eos_token_id=segmenter.end,
        bos_token_id=segmenter.end,
        forced_eos_token_id=segmenter.end,
        decoder_start_token_id=segmenter.pad,
    )
