"""The report over made-up rows: python3 -m unittest report_test, in this folder."""

import csv
import pathlib
import tempfile
import unittest

import cases
import floor
import report

SHAPES = (cases.Shape("LSTM", 128, 64, 512), cases.Shape("GRU", 32, 1, 2048, layers=2, directions=2))
LIMITS = floor.Limits(dict.fromkeys(cases.PRECISIONS, 1e14), 3e12, 1.0)


def rows():
    """Two shapes in two precisions: twice and half as fast as PyTorch, and one that differs."""
    timed = report.Row(SHAPES[0], "bf16", "fp16", (1e-3, 2e-3, 1e-3, 3e-3), times={"forward": (1.0, 2.0, 0.5, "flop")})
    slow = report.Row(SHAPES[1], "bf16", "bf16", (1e-3, 2e-3, 1e-3, 3e-3), times={"forward": (2.0, 1.0, 0.5, "bytes")})
    wrong = report.Row(SHAPES[0], "fp32", "fp32", (1.0, 1.0, 1e-7, 1e-7), problem="DIFFERS in y by 1.0e+00")
    return [timed, slow, wrong]


class ReportTest(unittest.TestCase):
    def test_means_are_geometric(self):
        self.assertEqual(report.means(rows()), [("bf16", "forward", 2, 1.0, 2.0, 0.5)])

    def test_summary_names_what_is_slow_wrong_or_left_out(self):
        text = "\n".join(report.summary(rows(), [SHAPES[1]]))
        self.assertIn("| bf16 | forward | 2 | 1.00x | 2.00x | 0.50x |", text)
        self.assertIn("Slower than PyTorch in 1, the worst first: GRU T32 B1 H2048 2 layers both directions bf16", text)
        self.assertIn("agree in 2 of 3", text)
        self.assertIn("LSTM T128 B64 H512 fp32: DIFFERS", text)
        self.assertIn("for want of time or memory (1 shapes): GRU", text)

    def test_files_have_every_row(self):
        with tempfile.TemporaryDirectory() as folder:
            report.write_csv(pathlib.Path(folder, "results.csv"), rows())
            report.write_markdown(pathlib.Path(folder, "RESULTS.md"), rows(), ["GPU: none"], [])
            with open(pathlib.Path(folder, "results.csv"), encoding="utf-8") as file:
                read = list(csv.DictReader(file))
            text = pathlib.Path(folder, "RESULTS.md").read_text(encoding="utf-8")
        self.assertEqual(len(read), 3 * len(cases.MODES))
        self.assertEqual((read[0]["ratio"], read[0]["floor_percent"], read[0]["bound"]), ("2.0000", "50.00", "flop"))
        self.assertTrue(all(None not in row and None not in row.values() for row in read))
        self.assertIn("| LSTM T128 B64 H512 | 1.000 | 2.000 | 2.00 | 50 flop |", text)

    def test_line_of_a_timed_row(self):
        self.assertIn("forward 1.000 : 2.000 ms 2.00x 50 %", report.line(rows()[0]))


class CasesTest(unittest.TestCase):
    def test_grid_has_each_shape_once_and_begins_with_every_axis(self):
        grid = cases.full_grid()
        self.assertEqual(len(set(grid)), len(grid))
        for axis in ("cell", "steps", "batch", "hidden"):
            values = {getattr(shape, axis) for shape in grid}
            self.assertEqual({getattr(shape, axis) for shape in grid[: len(grid) // 3]}, values, axis)

    def test_selection_takes_whole_words(self):
        self.assertEqual(cases.select(SHAPES, ["lstm", "B64"]), [SHAPES[0]])
        self.assertEqual(cases.select(SHAPES, ["B6"]), [])


class FloorTest(unittest.TestCase):
    def test_longest_of_the_three_times(self):
        # 2 x 128 x 64 x 4 x 512 x 1024 operations at 1e14 a second.
        milliseconds, bound = floor.floor_ms(LIMITS, SHAPES[0], "fp32", "forward")
        self.assertEqual(bound, "flop")
        self.assertAlmostEqual(milliseconds, 0.34359738368)
        # 512 steps forward and back, a microsecond each.
        small = cases.Shape("RNN", 512, 1, 128)
        self.assertEqual(floor.floor_ms(LIMITS, small, "fp32", "gradient"), (1.024, "barriers"))


if __name__ == "__main__":
    unittest.main()
