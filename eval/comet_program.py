"""Scores segments with COMET; run by the Python that COMET is installed for, which need not be ours or as new.

Reads from standard input `{"model": CHECKPOINT, "samples": [{"src": …, "mt": …, "ref": …}, …]}`, and writes JSON, one a
line: `{"version": …}` when the model is loaded, `{"scores": […]}` for each block of samples, or `{"error": …}`.
"""

import sys

BATCH = 16
BLOCKS = (1, 16)
"""Sizes of the first blocks: one to warm up, and one that shows how long the others will take."""
BLOCK = 256


def main() -> None:
    """Score what stands in the standard input."""
    sys.path.pop(0)  # this file's folder, where modules have names of the standard library: nothing is imported before
    import importlib
    import json
    import os

    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def tell(name: str, value: object) -> None:
        channel.write(json.dumps({name: value}) + "\n")
        channel.flush()

    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    try:
        comet = importlib.import_module("comet")
        torch = importlib.import_module("torch")
        load = comet.load_from_checkpoint
    except (ImportError, AttributeError) as error:
        tell("error", str(error))
        return
    model = load(request["model"])
    tell("version", str(getattr(comet, "__version__", "unknown")))
    samples, start, sizes = request["samples"], 0, list(BLOCKS)
    while start < len(samples):
        size = sizes.pop(0) if sizes else BLOCK
        block = samples[start : start + size]
        found = model.predict(block, batch_size=BATCH, gpus=int(torch.cuda.is_available()), progress_bar=False)
        tell("scores", [float(score) for score in found.scores])
        start += size


if __name__ == "__main__":
    main()
