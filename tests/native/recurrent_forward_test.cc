// The forward recurrence on the emulator, every way to divide it, against the equations in double:
// weights in registers, in shared memory and streamed; groups of rows; every precision; every order
// of the threads (as NATIVERNN_EMULATED_ORDER says: by default in turns).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "cuda/recurrent.h"
#include "cuda/step_graphs.h"
#include "numbers.h"

namespace nrnn::cuda {
namespace {

using test::Numbers;

struct Case {
  Cell cell = Cell::kLstm;
  int64_t steps = 3, batch = 5, hidden = 9;
  bool reverse = false, lengths = false, states = true, keep = true;
  nrnn_precision precision = NRNN_PRECISION_FLOAT32;
  std::string tiling;  // NATIVERNN_CUDA_TILING
  TilingLimits limits = {8, 65536, true};

  std::string Name() const {
    return "cell " + std::to_string(static_cast<int>(cell)) + " T" + std::to_string(steps) + " B" +
           std::to_string(batch) + " H" + std::to_string(hidden) + (reverse ? " reverse" : "") +
           (lengths ? " lengths" : "") + (states ? " states" : "") + (keep ? " keep" : "") +
           " precision " + std::to_string(static_cast<int>(precision)) + " " + tiling;
  }
};

// Numbers in device memory, which is the host's here.
struct Problem {
  explicit Problem(const Case& of) {
    Numbers numbers(7);
    const int64_t gates = GateCount(of.cell), rows = of.steps * of.batch;
    const float scale = 1.0f / std::sqrt(static_cast<float>(of.hidden));
    const auto draw = [&](std::vector<float>& to, int64_t count, float size) {
      to.resize(static_cast<size_t>(count));
      for (float& value : to) value = size * static_cast<float>(numbers.Real());
    };
    draw(weight, gates * of.hidden * of.hidden, scale);
    draw(bias_hn, of.hidden, 1);
    draw(h0, of.batch * of.hidden, 1);
    draw(c0, of.batch * of.hidden, 1);
    draw(gates_of, rows * gates * of.hidden, 1);
    for (int64_t b = 0; b < of.batch; ++b) {
      lengths.push_back(static_cast<int32_t>(numbers.Integer(0, of.steps)));
    }
    lengths[0] = -1;  // a wrong one
  }
  std::vector<float> weight, bias_hn, h0, c0, gates_of;
  std::vector<int32_t> lengths;
};

struct Results {
  std::vector<float> y, hn, cn, gates, aux;
};

constexpr float kUnwritten = 1234.0f;

Results RunCase(const Case& of, const Problem& problem) {
  setenv("NATIVERNN_CUDA_TILING", of.tiling.c_str(), 1);
  setenv("NATIVERNN_EMULATED_MULTIPROCESSORS", std::to_string(of.limits.multiprocessors).c_str(),
         1);
  UseGpu(0);
  Stream stream;
  const int64_t states = of.batch * of.hidden;
  Results results;
  results.gates = problem.gates_of;
  results.y.assign(static_cast<size_t>(of.steps * states), kUnwritten);
  results.aux = results.y;
  results.hn.assign(static_cast<size_t>(states), kUnwritten);
  results.cn = results.hn;
  RecurrentForwardCall call{};
  call.cell = of.cell;
  call.steps = of.steps;
  call.batch = of.batch;
  call.hidden = of.hidden;
  call.reverse = of.reverse;
  call.lengths = of.lengths ? problem.lengths.data() : nullptr;
  call.weight_hh = problem.weight.data();
  call.h0 = of.states ? problem.h0.data() : nullptr;
  call.c0 = of.states && of.cell == Cell::kLstm ? problem.c0.data() : nullptr;
  call.y_step = states;
  call.y_row = of.hidden;
  call.gates = results.gates.data();
  call.aux = of.keep && GateCount(of.cell) > 1 ? results.aux.data() : nullptr;
  call.precision = of.precision;
  call.tiling = ChooseForwardTiling(of.cell, of.hidden, of.batch, of.precision, of.limits);
  call.stream = &stream;
  StepGraphs graphs;
  call.graphs = &graphs;
  call.bias_hn = of.cell == Cell::kGru ? problem.bias_hn.data() : nullptr;
  call.keep = of.keep;
  call.y = results.y.data();
  call.hn = results.hn.data();
  call.cn = of.cell == Cell::kLstm ? results.cn.data() : nullptr;
  call.scratch = AllocateGpu(RecurrentForwardScratchBytes(call));
  RecurrentForward(call);
  stream.Synchronize();
  FreeGpu(call.scratch);
  unsetenv("NATIVERNN_CUDA_TILING");
  unsetenv("NATIVERNN_EMULATED_MULTIPROCESSORS");
  return results;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The equations of recurrent_forward.cuh in double, for one row.
class Row {
 public:
  Row(const Case& of, const Problem& problem, int64_t b, Results& want)
      : of_(of), problem_(problem), b_(b), want_(want) {
    const size_t first = static_cast<size_t>(b * of.hidden);
    for (size_t u = 0; u < static_cast<size_t>(of.hidden); ++u) {
      h_.push_back(of.states ? problem.h0[first + u] : 0);
      c_.push_back(of.states ? problem.c0[first + u] : 0);
    }
  }

  void Run() {
    const int64_t length = of_.lengths ? problem_.lengths[static_cast<size_t>(b_)] : of_.steps;
    for (int64_t s = 0; s < of_.steps; ++s) {
      const int64_t t = of_.reverse ? of_.steps - 1 - s : s;
      if (t < length) Step(t);
      for (int64_t u = 0; u < of_.hidden; ++u) {
        const double y = t < length ? h_[Index(u)] : length < 0 ? std::nan("") : 0.0;
        want_.y[Index((t * of_.batch + b_) * of_.hidden + u)] = static_cast<float>(y);
      }
    }
    for (int64_t u = 0; u < of_.hidden; ++u) {
      want_.hn[Index(b_ * of_.hidden + u)] = static_cast<float>(h_[Index(u)]);
      if (of_.cell == Cell::kLstm) {
        want_.cn[Index(b_ * of_.hidden + u)] = static_cast<float>(c_[Index(u)]);
      }
    }
  }

 private:
  static size_t Index(int64_t k) { return static_cast<size_t>(k); }
  double Product(const std::vector<double>& from, int64_t gate, int64_t u) const {
    double sum = 0;
    for (int64_t k = 0; k < of_.hidden; ++k) {
      const int64_t at = (gate * of_.hidden + u) * of_.hidden + k;
      sum += double{problem_.weight[Index(at)]} * from[Index(k)];
    }
    return sum;
  }

  void Step(int64_t t) {
    const int64_t gates = GateCount(of_.cell), line = t * of_.batch + b_;
    const auto x = [&](int64_t gate, int64_t u) {
      return double{problem_.gates_of[Index((line * gates + gate) * of_.hidden + u)]};
    };
    const auto keep = [&](int64_t gate, int64_t u, double value) {
      if (of_.keep && gates > 1) {
        want_.gates[Index((line * gates + gate) * of_.hidden + u)] = static_cast<float>(value);
      }
      return value;
    };
    const std::vector<double> before = h_;
    std::vector<double> reset = h_;
    for (int64_t u = 0; u < of_.hidden && of_.cell == Cell::kGruResetBefore; ++u) {
      reset[Index(u)] *= Sigmoid(x(0, u) + Product(before, 0, u));
    }
    for (int64_t u = 0; u < of_.hidden; ++u) {
      const auto a = [&](int64_t gate) { return x(gate, u) + Product(before, gate, u); };
      double& h = h_[Index(u)];
      double aux = 0;
      if (of_.cell == Cell::kLstm) {
        const double i = keep(0, u, Sigmoid(a(0))), f = keep(1, u, Sigmoid(a(1)));
        const double g = keep(2, u, std::tanh(a(2))), o = keep(3, u, Sigmoid(a(3)));
        aux = c_[Index(u)] = f * c_[Index(u)] + i * g;
        h = o * std::tanh(aux);
      } else if (of_.cell == Cell::kRnnTanh) {
        h = std::tanh(a(0));
      } else if (of_.cell == Cell::kRnnRelu) {
        h = std::max(a(0), 0.0);
      } else {
        const double r = keep(0, u, Sigmoid(a(0))), z = keep(1, u, Sigmoid(a(1)));
        const bool after = of_.cell == Cell::kGru;
        const double q = after ? Product(before, 2, u) + problem_.bias_hn[Index(u)] : 0;
        aux = after ? q : reset[Index(u)];
        const double n = keep(2, u, std::tanh(x(2, u) + (after ? r * q : Product(reset, 2, u))));
        h = n + z * (h - n);
      }
      if (of_.keep && gates > 1) {
        want_.aux[Index(line * of_.hidden + u)] = static_cast<float>(aux);
      }
    }
  }

  const Case& of_;
  const Problem& problem_;
  const int64_t b_;
  Results& want_;
  std::vector<double> h_, c_;
};

Results Reference(const Case& of, const Problem& problem, const Results& got) {
  Results want = got;  // steps behind a row's length keep what they have
  for (int64_t b = 0; b < of.batch; ++b) Row(of, problem, b, want).Run();
  return want;
}

// What rounding both operands costs: each product is off by up to 2 u of itself, H of them with
// weights below 1 / sqrt(H) and h below 1 add up to 2 u sqrt(H), and less than all of it comes back
// in each later step. h of a relu grows a little beyond 1.
float Tolerance(const Case& of) {
  const float unit = of.precision == NRNN_PRECISION_FLOAT32    ? 1.0f / (1 << 22)
                     : of.precision == NRNN_PRECISION_BFLOAT16 ? 1.0f / (1 << 9)
                                                               : 1.0f / (1 << 11);
  return 2 * unit * std::sqrt(static_cast<float>(of.hidden)) * static_cast<float>(of.steps);
}

testing::AssertionResult Near(const std::vector<float>& got, const std::vector<float>& want,
                              float tolerance) {
  for (size_t k = 0; k < got.size(); ++k) {
    if (std::isnan(want[k]) ? std::isnan(got[k]) : std::abs(got[k] - want[k]) <= tolerance) {
      continue;
    }
    return testing::AssertionFailure()
           << "element " << k << ": " << got[k] << ", not " << want[k] << " +- " << tolerance;
  }
  return testing::AssertionSuccess();
}

void CheckCase(const Case& of) {
  const Problem problem(of);
  const Results got = RunCase(of, problem);
  const Results want = Reference(of, problem, got);
  const float tolerance = Tolerance(of);
  EXPECT_TRUE(Near(got.y, want.y, tolerance)) << "y of " << of.Name();
  EXPECT_TRUE(Near(got.hn, want.hn, tolerance)) << "hn of " << of.Name();
  EXPECT_TRUE(Near(got.cn, want.cn, tolerance)) << "cn of " << of.Name();
  if (!of.keep) return;
  EXPECT_TRUE(Near(got.gates, want.gates, tolerance)) << "gates of " << of.Name();
  EXPECT_TRUE(Near(got.aux, want.aux, tolerance)) << "aux of " << of.Name();
}

constexpr Cell kCells[] = {Cell::kLstm, Cell::kGru, Cell::kGruResetBefore, Cell::kRnnTanh,
                           Cell::kRnnRelu};
constexpr nrnn_precision kPrecisions[] = {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32,
                                          NRNN_PRECISION_BFLOAT16, NRNN_PRECISION_FLOAT16};
// Weights in registers, in shared memory, in both, streamed; warps over columns; groups of rows.
const char* const kTilings[] = {"",
                                "register_tiles=0",
                                "register_tiles=1,chunk_tiles=1",
                                "column_parts=2,column_tiles=2",
                                "column_parts=4,row_groups=2,units=3",
                                "row_groups=3,chunk_tiles=2",
                                "persistent=0",
                                "persistent=0,column_parts=4,units=2,row_groups=2"};

TEST(RecurrentForward, EveryTilingMatchesEquations) {
  for (const Cell cell : kCells) {
    for (const nrnn_precision precision : kPrecisions) {
      for (const char* tiling : kTilings) {
        Case of;
        of.cell = cell;
        of.precision = precision;
        of.tiling = tiling;
        of.hidden = 21;
        of.limits.multiprocessors = 16;
        CheckCase(of);
      }
    }
  }
}

TEST(RecurrentForward, HiddenSizesMatchEquations) {
  for (const Cell cell : kCells) {
    for (const int64_t hidden : {1, 2, 7, 8, 16, 31, 33, 64, 70}) {
      for (const nrnn_precision precision : kPrecisions) {
        Case of;
        of.cell = cell;
        of.precision = precision;
        of.hidden = hidden;
        of.limits.multiprocessors = 32;
        of.batch = hidden % 4 + 1;
        of.reverse = hidden % 2 == 0;
        CheckCase(of);
      }
    }
  }
}

TEST(RecurrentForward, BatchSizesMatchEquations) {
  for (const Cell cell : kCells) {
    for (const int64_t batch : {1, 15, 16, 17, 33, 70}) {
      for (const char* tiling : {"", "persistent=0", "row_groups=1", "row_groups=3"}) {
        Case of;
        of.cell = cell;
        of.batch = batch;
        of.tiling = tiling;
        of.steps = 2;
        of.precision = batch % 2 == 0 ? NRNN_PRECISION_FLOAT32 : NRNN_PRECISION_BFLOAT16;
        CheckCase(of);
      }
    }
  }
}

TEST(RecurrentForward, LengthsDirectionsAndStates) {
  for (const Cell cell : kCells) {
    for (const char* tiling : {"", "persistent=0"}) {
      for (int options = 0; options < 16; ++options) {
        Case of;
        of.cell = cell;
        of.tiling = tiling;
        of.steps = 4;
        of.reverse = (options & 1) != 0;
        of.lengths = (options & 2) != 0;
        of.states = (options & 4) != 0;
        of.keep = (options & 8) != 0;
        CheckCase(of);
      }
    }
  }
}

TEST(RecurrentForward, OneStep) {
  for (const Cell cell : kCells) {
    for (const char* tiling : {"", "persistent=0"}) {
      Case of;
      of.cell = cell;
      of.tiling = tiling;
      of.steps = 1;
      CheckCase(of);
    }
  }
}

}  // namespace
}  // namespace nrnn::cuda
