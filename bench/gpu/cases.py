"""What is measured: shapes in the order of their importance, precisions, modes."""

import dataclasses

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
PRECISIONS = ("fp32", "tf32", "bf16", "fp16")
# forward: inference. gradient: forward and backward. step: these and Adam.
MODES = ("forward", "gradient", "step")
LEARNING_RATE = 1e-6  # so small that hundreds of timed steps leave the weights usual ones


@dataclasses.dataclass(frozen=True)
class Shape:
    """A stack of layers over sequences; the input is as wide as the hidden state."""

    cell: str
    steps: int
    batch: int
    hidden: int
    layers: int = 1
    directions: int = 1

    def __str__(self):
        stack = f" {self.layers} layers" if self.layers > 1 else ""
        both = " both directions" if self.directions > 1 else ""
        return f"{self.cell} T{self.steps} B{self.batch} H{self.hidden}{stack}{both}"

    @property
    def input(self):
        return self.hidden

    def layer_input(self, layer):
        return self.input if layer == 0 else self.directions * self.hidden

    def weights(self):
        """Elements of all weight matrices."""
        rows = self.directions * GATES[self.cell] * self.hidden
        return sum(rows * (self.layer_input(layer) + self.hidden) for layer in range(self.layers))

    def products(self):
        """Floating-point operations of a forward pass' products; a backward pass has twice as many."""
        return 2 * self.steps * self.batch * self.weights()


# Each axis begins with what matters most.
_CELLS = ("LSTM", "GRU", "RNN")
_HIDDEN = (512, 1024, 256, 128, 2048)
_BATCH = (64, 1, 256, 16)
_STEPS = (128, 512, 32)


def full_grid():
    """Shapes by the sum of their places on the axes, so that a run that is cut short covers every axis."""
    ranked = []
    for cell_rank, cell in enumerate(_CELLS):
        for steps_rank, steps in enumerate(_STEPS):
            for batch_rank, batch in enumerate(_BATCH):
                for hidden_rank, hidden in enumerate(_HIDDEN):
                    rank = 2 * cell_rank + 2 * steps_rank + batch_rank + hidden_rank
                    ranked.append((rank, Shape(cell, steps, batch, hidden)))
    ranked += [
        (2, Shape("LSTM", 128, 64, 512, layers=2)),
        (4, Shape("LSTM", 128, 64, 512, layers=2, directions=2)),
        (6, Shape("GRU", 128, 64, 512, layers=2, directions=2)),
    ]
    return [shape for _, shape in sorted(ranked, key=lambda entry: entry[0])]


def tiny_grid():
    """For a run without a GPU: every cell, odd sizes, two layers, both directions."""
    return [
        Shape("LSTM", 5, 3, 24),
        Shape("GRU", 4, 2, 17),
        Shape("RNN", 3, 1, 33),
        Shape("LSTM", 4, 5, 8, layers=2, directions=2),
        Shape("GRU", 3, 4, 16, layers=2),
        Shape("RNN", 2, 2, 7, directions=2),
    ]


def select(shapes, words):
    """The shapes whose names have all words, in any case: "lstm", "H512"."""
    wanted = [word.lower() for word in words]
    return [shape for shape in shapes if all(word in str(shape).lower().split() for word in wanted)]
