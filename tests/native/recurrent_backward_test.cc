// The backward recurrence of nativernn_cuda on the emulator, by its launcher alone, against the
// reference's single steps: every cell and precision, every way to divide it over a GPU.
//
// W_ih is the identity, so that the reference's dx is da, and its db_hh of a step what W_hh's rows
// got: da, but dq of GRU.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>

#include "cuda/recurrent.h"
#include "cuda/step_graphs.h"
#include "numbers.h"
#include "reference/cell.h"
#include "rnn_case.h"
#include "selection.h"

namespace nrnn::test {
namespace {

using cuda::RecurrentBackwardCall;
using reference::Array;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct BackwardCase {
  Cell cell = Cell::kLstm;
  int64_t steps = 3, batch = 5, hidden = 7;
  bool reverse = false;
  bool batch_first = false;
  bool lengths = false;
  bool states = true;
  bool dy = true, dhn = true, dcn = true;
  bool dh0 = true;
  double dy_scale = 1;
  nrnn_precision precision = NRNN_PRECISION_FLOAT32;
  std::string tiling;  // NATIVERNN_CUDA_TILING
  int multiprocessors = 4;
  int64_t shared = 98304;
  uint64_t seed = 1;

  int64_t Gates() const { return GateCount(cell) * hidden; }
  std::string Name() const {
    std::ostringstream name;
    name << CellName(cell) << "_T" << steps << "_B" << batch << "_H" << hidden << "_p" << precision;
    if (reverse) name << "_reverse";
    if (batch_first) name << "_batchfirst";
    if (lengths) name << "_lengths";
    if (!states) name << "_nostates";
    if (!dy) name << "_nody";
    if (!dhn) name << "_nodhn";
    if (!dcn) name << "_nodcn";
    if (!dh0) name << "_nodh0";
    name << "_m" << multiprocessors << "_s" << shared << "_" << tiling << "_seed" << seed;
    return name.str();
  }
};

// What goes in, in double and exact in float; and what should come out.
struct BackwardData {
  Array<double> weight_hh, bias_hh, h0, c0, dhn, dcn;
  Array<int32_t> lengths;
  // [T,B,..]
  Array<double> a, dy, gates, aux, y;
  Array<double> da, dq, dh0, dc0;
};

BackwardData MakeInputs(const BackwardCase& of) {
  Numbers numbers(of.seed);
  const int64_t state = of.batch * of.hidden, rows = of.steps * of.batch;
  const double scale = 1 / std::sqrt(static_cast<double>(of.hidden));
  BackwardData data;
  data.weight_hh = numbers.Reals(of.Gates() * of.hidden, scale);
  data.bias_hh = numbers.Reals(of.Gates(), scale);
  data.h0 = of.states ? numbers.Reals(state) : Array<double>(state);
  data.c0 = of.states ? numbers.Reals(state) : Array<double>(state);
  data.dhn = of.dhn ? numbers.Reals(state, of.dy_scale) : Array<double>(state);
  data.dcn = of.dcn ? numbers.Reals(state, of.dy_scale) : Array<double>(state);
  for (int64_t b = 0; b < of.batch; ++b)
    data.lengths.push_back(
        static_cast<int32_t>(of.lengths ? numbers.Integer(0, of.steps) : of.steps));
  data.a = numbers.Reals(rows * of.Gates(), 2);
  data.dy = of.dy ? numbers.Reals(rows * of.hidden, of.dy_scale) : Array<double>(rows * of.hidden);
  // Where there is no step, what is never to be used.
  data.gates = Array<double>(rows * of.Gates(), kNan);
  data.aux = Array<double>(rows * of.hidden, kNan);
  data.y = Array<double>(rows * of.hidden);
  data.da = Array<double>(rows * of.Gates());
  data.dq = Array<double>(rows * of.hidden);
  data.dh0 = data.dhn;
  data.dc0 = data.dcn;
  return data;
}

template <class Values>
void Put(const Values& part, Array<double>& all, int64_t at) {
  std::copy(part.begin(), part.end(), all.begin() + at);
}

Array<double> Part(const Array<double>& all, int64_t at, int64_t length) {
  return Array<double>(all.begin() + at, all.begin() + at + length);
}

// Runs one row forward and backward by the reference.
void RunRow(const BackwardCase& of, int64_t row, const Array<double>& identity,
            BackwardData& data) {
  const int64_t hidden = of.hidden, gates = of.Gates(), length = data.lengths[row];
  const Array<double> zeros(gates);
  const reference::CellParams<const double> params{identity.data(), data.weight_hh.data(),
                                                   zeros.data(), data.bias_hh.data()};
  const auto at = [&](int64_t k) { return (of.reverse ? length - 1 - k : k) * of.batch + row; };
  auto h = Part(data.h0, row * hidden, hidden);
  auto c = of.cell == Cell::kLstm ? Part(data.c0, row * hidden, hidden) : Array<double>();
  std::vector<reference::CellStep<double>> steps;
  for (int64_t k = 0; k < length; ++k) {
    auto step = StepForward(of.cell, params, Part(data.a, at(k) * gates, gates), h, c);
    h = step.h;
    c = step.c;
    Put(step.h, data.y, at(k) * hidden);
    Put(step.gates, data.gates, at(k) * gates);
    if (of.cell == Cell::kLstm) Put(step.c, data.aux, at(k) * hidden);
    if (of.cell == Cell::kGru) Put(step.n_hidden, data.aux, at(k) * hidden);
    if (of.cell == Cell::kGruResetBefore) Put(step.h, data.aux, at(k) * hidden);  // not read
    steps.push_back(std::move(step));
  }
  auto dh = Part(data.dhn, row * hidden, hidden);
  auto dc = of.cell == Cell::kLstm ? Part(data.dcn, row * hidden, hidden) : Array<double>();
  for (int64_t k = length - 1; k >= 0; --k) {
    for (int64_t j = 0; j < hidden; ++j) dh[j] += data.dy[at(k) * hidden + j];
    Array<double> dweight_ih(gates * gates), dweight_hh(gates * hidden), db_ih(gates), db_hh(gates);
    const auto step =
        StepBackward(of.cell, params, steps[k], dh, dc,
                     reference::CellParams<double>{dweight_ih.data(), dweight_hh.data(),
                                                   db_ih.data(), db_hh.data()});
    Put(step.dx, data.da, at(k) * gates);
    if (of.cell == Cell::kGru) Put(Part(db_hh, 2 * hidden, hidden), data.dq, at(k) * hidden);
    dh = step.dh_before;
    dc = step.dc_before;
  }
  Put(dh, data.dh0, row * hidden);
  if (of.cell == Cell::kLstm) Put(dc, data.dc0, row * hidden);
}

BackwardData MakeData(const BackwardCase& of) {
  auto data = MakeInputs(of);
  Array<double> identity(of.Gates() * of.Gates());
  for (int64_t k = 0; k < of.Gates(); ++k) identity[k * of.Gates() + k] = 1;
  for (int64_t row = 0; row < of.batch; ++row) RunRow(of, row, identity, data);
  return data;
}

// Memory of the GPU.
class GpuMemory {
 public:
  explicit GpuMemory(int64_t bytes)
      : bytes_(bytes),
        gpu_(cuda::AllocateGpu(std::max<int64_t>(bytes, 1))),
        host_(cuda::AllocatePinned(std::max<int64_t>(bytes, 1))) {}
  ~GpuMemory() {
    cuda::FreeGpu(gpu_);
    cuda::FreePinned(host_);
  }
  GpuMemory(const GpuMemory&) = delete;
  GpuMemory& operator=(const GpuMemory&) = delete;
  template <class Value>
  Value* Upload(const std::vector<Value>& values, cuda::Stream& stream) {
    std::memcpy(host_, values.data(), static_cast<size_t>(bytes_));
    cuda::CopyToGpu(gpu_, host_, bytes_, stream);
    return static_cast<Value*>(gpu_);
  }
  std::vector<float> Download(cuda::Stream& stream) {
    cuda::CopyToHost(host_, gpu_, bytes_, stream);
    stream.Synchronize();
    const float* floats = static_cast<const float*>(host_);
    return std::vector<float>(floats, floats + bytes_ / int64_t{sizeof(float)});
  }
  void* gpu() const { return gpu_; }

 private:
  const int64_t bytes_;
  void* gpu_;
  void* host_;
};

struct BackwardResults {
  std::vector<float> gates, aux, dh0, dc0;
};

// Holds what a call's pointers point to.
class BackwardRun {
 public:
  BackwardRun(const BackwardCase& of, const BackwardData& data) : of_(of) {
    setenv("NATIVERNN_EMULATED_MULTIPROCESSORS", std::to_string(of.multiprocessors).c_str(), 1);
    setenv("NATIVERNN_EMULATED_SHARED", std::to_string(of.shared).c_str(), 1);
    cuda::UseGpu(0);
    stream_ = std::make_unique<cuda::Stream>();
    if (!of.tiling.empty()) setenv("NATIVERNN_CUDA_TILING", of.tiling.c_str(), 1);
    call_.tiling = cuda::ChooseBackwardTiling(of.cell, of.hidden, of.batch, of.precision,
                                              {of.multiprocessors, of.shared, true});
    unsetenv("NATIVERNN_CUDA_TILING");
    call_.cell = of.cell;
    call_.steps = of.steps;
    call_.batch = of.batch;
    call_.hidden = of.hidden;
    call_.reverse = of.reverse;
    call_.precision = of.precision;
    call_.stream = stream_.get();
    // As one of two directions.
    const int64_t width = 2 * of.hidden;
    call_.y_step = call_.dy_step = of.batch_first ? width : of.batch * width;
    call_.y_row = call_.dy_row = of.batch_first ? of.steps * width : width;
    const bool lstm = of.cell == Cell::kLstm, gru = of.cell == Cell::kGru;
    if (of.lengths) call_.lengths = Hold(data.lengths);
    call_.weight_hh = Hold(Floats(data.weight_hh));
    if (of.states) call_.h0 = Hold(Floats(data.h0));
    if (of.states && lstm) call_.c0 = Hold(Floats(data.c0));
    call_.gates = Hold(Floats(data.gates));
    gates_ = held_.back().get();
    if (lstm || gru || of.cell == Cell::kGruResetBefore) {
      call_.aux = Hold(Floats(data.aux));
      aux_ = held_.back().get();
    }
    call_.y = Hold(Spread(data, data.y, 0)) + of.hidden;
    if (of.dy) call_.dy = Hold(Spread(data, data.dy, kNan)) + of.hidden;
    if (of.dhn) call_.dhn = Hold(Floats(data.dhn));
    if (of.dcn && lstm) call_.dcn = Hold(Floats(data.dcn));
    if (of.dh0) {
      call_.dh0 = Hold(std::vector<float>(data.dh0.size(), kNan));
      dh0_ = held_.back().get();
    }
    if (lstm) {
      call_.dc0 = Hold(std::vector<float>(data.dc0.size(), kNan));
      dc0_ = held_.back().get();
    }
    const int64_t scratch = cuda::RecurrentBackwardScratchBytes(call_);
    call_.scratch = Hold(std::vector<float>(static_cast<size_t>(scratch / 4 + 1), kNan));
  }

  const RecurrentBackwardCall& call() const { return call_; }
  void UseGraphs(cuda::StepGraphs* graphs) { call_.graphs = graphs; }
  BackwardResults Run() {
    cuda::RecurrentBackward(call_);
    const auto read = [&](GpuMemory* memory) {
      return memory == nullptr ? std::vector<float>() : memory->Download(*stream_);
    };
    return {read(gates_), read(aux_), read(dh0_), read(dc0_)};
  }

 private:
  template <class Value>
  Value* Hold(const std::vector<Value>& values) {
    held_.push_back(std::make_unique<GpuMemory>(static_cast<int64_t>(values.size() * 4)));
    return held_.back()->Upload(values, *stream_);
  }
  // [T,B,H] to where the strides say; `beyond` where the row has no step.
  std::vector<float> Spread(const BackwardData& data, const Array<double>& values,
                            float beyond) const {
    std::vector<float> spread(static_cast<size_t>(of_.steps * of_.batch * 2 * of_.hidden), kNan);
    for (int64_t t = 0; t < of_.steps; ++t)
      for (int64_t b = 0; b < of_.batch; ++b)
        for (int64_t j = 0; j < of_.hidden; ++j)
          spread[t * call_.y_step + b * call_.y_row + of_.hidden + j] =
              t < data.lengths[b] ? static_cast<float>(values[(t * of_.batch + b) * of_.hidden + j])
                                  : beyond;
    return spread;
  }

  const BackwardCase of_;
  std::unique_ptr<cuda::Stream> stream_;
  std::vector<std::unique_ptr<GpuMemory>> held_;
  GpuMemory *gates_ = nullptr, *aux_ = nullptr, *dh0_ = nullptr, *dc0_ = nullptr;
  RecurrentBackwardCall call_{};
};

// What an operand is rounded by at most, relative to it.
double RoundingOf(nrnn_precision precision) {
  switch (precision) {
    case NRNN_PRECISION_FLOAT32:
      return 0;
    case NRNN_PRECISION_BFLOAT16:
      return 0x1p-9;
    default:  // tf32 and fp16
      return 0x1p-11;
  }
}

// As the CPU's tests, for sums in float; and for the operands of each step's product, rounded
// independently: relative to the largest sum they add up like the square root of the steps.
Tolerance ToleranceOf(const BackwardCase& of, const std::vector<double>& want) {
  Tolerance tolerance = SumTolerance(static_cast<double>((of.Gates() + 2) * of.steps), want);
  double largest = of.dy_scale / 10;
  for (const double value : want)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  const double rounding =
      4 * RoundingOf(of.precision) * std::sqrt(static_cast<double>(of.steps + 1));
  return {tolerance.absolute + rounding * largest, tolerance.relative + rounding};
}

testing::AssertionResult Compare(const BackwardCase& of, const BackwardData& want,
                                 const BackwardResults& got) {
  const std::string repro = Repro(of.Name());
  const struct {
    const char* name;
    const std::vector<float>& got;
    const Array<double>& want;
    bool present;
  } arrays[] = {{" da", got.gates, want.da, true},
                {" dq", got.aux, want.dq, of.cell == Cell::kGru},
                {" dh0", got.dh0, want.dh0, of.dh0},
                {" dc0", got.dc0, want.dc0, of.cell == Cell::kLstm}};
  for (const auto& array : arrays) {
    if (!array.present) continue;
    const auto near = Near(array.got, array.want, ToleranceOf(of, array.want), repro + array.name);
    if (!near) return near;
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult Check(const BackwardCase& of) {
  const auto data = MakeData(of);
  BackwardRun run(of, data);
  return Compare(of, data, run.Run());
}

constexpr nrnn_precision kPrecisions[] = {NRNN_PRECISION_FLOAT32, NRNN_PRECISION_TF32,
                                          NRNN_PRECISION_BFLOAT16, NRNN_PRECISION_FLOAT16};

// The options (all but the sizes, the cell and the division) drawn from a seed.
BackwardCase WithRandomOptions(BackwardCase of, uint64_t seed) {
  Numbers numbers(seed);
  of.seed = seed;
  of.reverse = numbers.Coin();
  of.batch_first = numbers.Coin();
  of.lengths = numbers.Coin();
  of.states = numbers.Coin();
  of.dy = numbers.Integer(0, 3) > 0;
  of.dhn = numbers.Integer(0, 3) > 0 || !of.dy;
  of.dcn = numbers.Coin();
  of.dh0 = numbers.Integer(0, 3) > 0;
  of.precision = kPrecisions[numbers.Integer(0, 3)];
  return of;
}

class RecurrentBackward : public testing::TestWithParam<Cell> {
 protected:
  BackwardCase Case(int64_t steps, int64_t batch, int64_t hidden) const {
    BackwardCase of;
    of.cell = GetParam();
    of.steps = steps;
    of.batch = batch;
    of.hidden = hidden;
    return of;
  }
};

TEST_P(RecurrentBackward, PrecisionsMatchReference) {
  for (const auto precision : kPrecisions) {
    for (const bool reverse : {false, true}) {
      auto of = Case(4, 5, 19);
      of.precision = precision;
      of.reverse = reverse;
      of.lengths = true;
      ASSERT_TRUE(Check(of));
    }
  }
}

TEST_P(RecurrentBackward, SizesMatchReference) {
  for (int64_t size = 1; size <= 70; size += SweepStride() == 1 ? 3 : 12) {
    for (const auto& of :
         {Case(3, 5, size), Case(3, size, 9), Case(size, 3, 5), Case(1, 1, size)}) {
      const auto drawn =
          WithRandomOptions(of, static_cast<uint64_t>(size + 1000 * static_cast<int64_t>(of.cell)));
      if (!Selected(drawn.Name())) continue;
      ASSERT_TRUE(Check(drawn));
    }
  }
}

TEST_P(RecurrentBackward, DivisionsMatchReference) {
  const char* const tilings[] = {"persistent=1",
                                 "persistent=1,register_tiles=0",
                                 "persistent=1,register_tiles=1,chunk_tiles=2",
                                 "persistent=1,row_groups=3,column_tiles=2",
                                 "persistent=1,column_tiles=4,column_parts=1",
                                 "persistent=1,column_parts=2,column_tiles=2",
                                 "persistent=1,chunk_tiles=2,register_tiles=2,row_groups=2",
                                 "persistent=0",
                                 "persistent=0,row_groups=2,chunk_tiles=2",
                                 "persistent=0,column_parts=4"};
  uint64_t seed = 100;
  for (const char* tiling : tilings) {
    for (const auto precision : kPrecisions) {
      auto of = WithRandomOptions(Case(3, 37, 41), ++seed);
      of.precision = precision;
      of.tiling = tiling;
      of.multiprocessors = 12;
      of.shared = 227 * 1024;
      if (!Selected(of.Name())) continue;
      ASSERT_TRUE(Check(of));
    }
  }
}

// Beyond what fp16 holds without a scale: its smallest number is 6e-8.
TEST_P(RecurrentBackward, SmallGradientsKeepTheirDigits) {
  for (const char* tiling : {"persistent=1", "persistent=0"}) {
    auto of = Case(4, 5, 19);
    of.precision = NRNN_PRECISION_FLOAT16;
    of.dy_scale = 1e-8;
    of.lengths = true;
    of.tiling = tiling;
    ASSERT_TRUE(Check(of));
  }
}

// An infinity or NaN shows in dh0 of its row and nowhere else.
TEST_P(RecurrentBackward, InfinitiesAndNanStayInTheirRow) {
  for (const auto precision : kPrecisions) {
    for (const float value : {std::numeric_limits<float>::infinity(), kNan}) {
      auto of = Case(3, 4, 9);
      of.precision = precision;
      auto data = MakeData(of);
      // In the last step; relu lets it through where its unit is positive.
      for (int64_t j = 0; j < of.hidden; ++j) {
        data.dy[((of.steps - 1) * of.batch + 2) * of.hidden + j] = static_cast<double>(value);
      }
      BackwardRun run(of, data);
      const auto got = run.Run();
      int64_t wrong = 0, wrong_elsewhere = 0;
      for (int64_t k = 0; k < of.batch * of.hidden; ++k) {
        if (!std::isfinite(got.dh0[k])) ++(k / of.hidden == 2 ? wrong : wrong_elsewhere);
      }
      EXPECT_EQ(wrong_elsewhere, 0) << of.Name();
      EXPECT_EQ(wrong, of.hidden) << of.Name();
    }
  }
}

TEST_P(RecurrentBackward, RowsOfWrongLengthPassTheirGradientOn) {
  auto of = Case(3, 4, 9);
  of.lengths = true;
  auto data = MakeInputs(of);
  std::fill(data.lengths.begin(), data.lengths.end(), -1);
  BackwardRun run(of, data);
  ASSERT_TRUE(Compare(of, data, run.Run()));
}

TEST_P(RecurrentBackward, GraphsGiveTheSameBits) {
  auto of = Case(4, 6, 23);
  of.tiling = "persistent=0";
  const auto data = MakeData(of);
  BackwardRun first(of, data);
  const auto want = first.Run();
  BackwardRun second(of, data);
  cuda::StepGraphs graphs;
  second.UseGraphs(&graphs);
  const auto got = second.Run();
  EXPECT_TRUE(SameBits(got.gates, want.gates, "da"));
  EXPECT_TRUE(SameBits(got.dh0, want.dh0, "dh0"));
}

INSTANTIATE_TEST_SUITE_P(All, RecurrentBackward, testing::ValuesIn(kCells),
                         [](const auto& test) { return CellName(test.param); });

}  // namespace
}  // namespace nrnn::test
