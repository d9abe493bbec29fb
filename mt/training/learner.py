"""The network with its optimiser: updates, the moving average of its parameters, and its whole state."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import MarianConfig, MarianMTModel

from mt.errors import InputError, ModelError
from mt.marian import load_weights
from mt.training.corpora import Batch
from mt.training.pieces import Segmenter
from mt.training.recipe import Recipe, Shape

__all__ = ["BARRED", "Learner", "choose_device", "choose_precision", "use_threads"]

BARRED = -1e4
"""The bias of pieces that no translation holds: exp of it is 0 in every number format, and it is finite in all."""


class Learner:
    """A MarianMT in training.

    The network comes from a folder, or is made new in a `Shape`. Parameters and moving average are float32; under
    `bfloat16` the products are computed in it (autocast).
    """

    def __init__(self, recipe: Recipe, segmenter: Segmenter, start: Path | Shape, device: str) -> None:
        self.recipe, self.segmenter = recipe, segmenter
        self.device = torch.device(device)
        torch.manual_seed(recipe.seed)
        self.model = _network(start, segmenter, recipe.dropout).to(self.device).train()
        positions = self.model.config.max_position_embeddings
        if recipe.max_length > positions:
            raise InputError(f"--max-length {recipe.max_length} is beyond the model's {positions} positions; lower it")
        self.allowed = torch.tensor(segmenter.allowed(), device=self.device)
        # Number of a piece -> its column in the softmax over the allowed ones; -100 is what cross_entropy leaves out.
        self._column = torch.full((segmenter.size,), -100, device=self.device)
        self._column[self.allowed] = torch.arange(len(self.allowed), device=self.device)
        with torch.no_grad():
            bias = self.model.final_logits_bias
            kept = bias[0, self.allowed].clone()
            bias.fill_(BARRED)
            bias[0, self.allowed] = kept
            for embedding in (self.model.model.encoder.embed_tokens, self.model.model.decoder.embed_tokens):
                embedding.weight[segmenter.pad] = 0
        # Biases and norms are not decayed; the embedding of `<pad>` gets no gradient, and 0 decays to 0.
        parameters = list(self.model.named_parameters())
        self._parameters = [p for _, p in parameters if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in self._parameters if p.dim() > 1], "weight_decay": recipe.weight_decay},
                {"params": [p for p in self._parameters if p.dim() <= 1], "weight_decay": 0.0},
            ],
            lr=recipe.rate,
            betas=(0.9, 0.98),
            eps=1e-9,
            fused=True,
        )
        self._average = [p.detach().clone() for p in self._parameters] if recipe.average else []
        self.step = 0

    def update(self, group: Sequence[Batch]) -> tuple[float, int]:
        """Make one update from the group's batches; give the loss summed over target pieces, and their number.

        The loss is cross-entropy with label smoothing over the allowed pieces. Raises FloatingPointError, before
        the update, where it is not finite, and `ModelError` where the GPU's memory does not suffice.
        """
        self.step += 1
        for parameters in self._optimizer.param_groups:
            parameters["lr"] = self.recipe.learning_rate(self.step)
        count = sum(len(row) for batch in group for row in batch.target)
        total = 0.0
        try:
            for batch in group:
                loss = self._loss(batch)
                torch.autograd.backward(loss / count)
                total += loss.item()
        except torch.cuda.OutOfMemoryError as error:
            raise ModelError(
                f"a batch of {self.recipe.batch_tokens:,} pieces does not fit into the GPU's memory; "
                "lower --batch-tokens, and raise --accumulate as much"
            ) from error
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self.recipe.clip)
        if not torch.isfinite(norm):
            raise FloatingPointError(f"update {self.step}")
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        if self._average:
            # At the start the average follows closely, so that it does not remember the beginning (as in TensorFlow's).
            keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self._average, [p.detach() for p in self._parameters], 1 - keep)
        return total, count

    @contextmanager
    def averaged(self) -> Iterator[Any]:
        """Lend the network with averaged parameters and without dropout."""
        self._swap()
        self.model.eval()
        try:
            yield self.model
        finally:
            self.model.train()
            self._swap()

    def state(self) -> dict[str, Any]:
        """Give all that the next update depends on, as tensors and plain values."""
        cuda = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        return {
            "step": self.step,
            "parameters": [p.detach() for p in self._parameters],
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "random": {"cpu": torch.get_rng_state(), "cuda": cuda},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state that `state` gave."""
        self.step = state["step"]
        with torch.no_grad():
            for ours, saved in zip(
                [*self._parameters, *self._average], [*state["parameters"], *state["average"]], strict=True
            ):
                ours.copy_(saved)
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"]["cpu"])
        if self.device.type == "cuda" and state["random"]["cuda"] is not None:
            torch.cuda.set_rng_state(state["random"]["cuda"], self.device)

    def _swap(self) -> None:
        """Exchange the parameters with their average."""
        with torch.no_grad():
            for parameter, average in zip(self._parameters, self._average, strict=False):
                held = parameter.detach().clone()
                parameter.copy_(average)
                average.copy_(held)

    def _loss(self, batch: Batch) -> torch.Tensor:
        """Compute a batch's loss, summed over its target pieces."""
        pad = self.segmenter.pad
        source = self._tensor(batch.source)  # (rows, source pieces)
        target = self._tensor(batch.target)  # (rows, target pieces)
        before = target.roll(1, dims=1)
        before[:, 0] = pad  # what the decoder sees: `<pad>`, then the pieces up to the one to be told
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.precision == "bfloat16"):
            hidden = self.model.model(
                input_ids=source, attention_mask=source.ne(pad), decoder_input_ids=before, use_cache=False
            ).last_hidden_state  # (rows, target pieces, width)
            told = target.ne(pad)
            logits = functional.linear(
                hidden[told],  # (pieces, width): padding costs no softmax
                self.model.lm_head.weight.index_select(0, self.allowed),
                self.model.final_logits_bias[0, self.allowed],
            )  # (pieces, allowed)
        return functional.cross_entropy(
            logits.float(), self._column[target[told]], reduction="sum", label_smoothing=self.recipe.smoothing
        )

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        tensor = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=self.segmenter.pad)
        return tensor.to(self.device, non_blocking=True)


def choose_device(name: str) -> str:
    """Give the device of a name; `auto` is the GPU where there is one. Raises `InputError` for a GPU that is not."""
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise InputError("--device cuda: torch sees no GPU; take --device cpu, or a torch built for yours")
    return ("cuda" if found else "cpu") if name == "auto" else name


def choose_precision(name: str, device: str) -> str:
    """Give the number format of a name; `auto` is bfloat16 where the device computes in it, else float32."""
    if name != "auto":
        return name
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    try:
        features = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:  # no Linux: nobody tells
        return "float32"
    return "bfloat16" if {"avx512_bf16", "amx_bf16"} & set(features.split()) else "float32"


def use_threads(count: int) -> None:
    """Compute on so many cores."""
    torch.set_num_threads(count)


def _network(start: Path | Shape, segmenter: Segmenter, dropout: float) -> Any:
    """Give a folder's network, or a new one with random weights, with this dropout."""
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
