// What a stream's results depend on, and what not: its state, not the split into calls, the batch
// or other streams.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>
#include <tuple>

#include "numbers.h"
#include "selection.h"
#include "stream_run.h"

namespace nrnn::test {
namespace {

class StreamStates : public testing::TestWithParam<std::tuple<Cell, nrnn_weight_storage>> {
 protected:
  Cell cell() const { return std::get<0>(GetParam()); }
  nrnn_weight_storage storage() const { return std::get<1>(GetParam()); }

  // Two layers, with an initial state.
  RnnCase Case(int64_t steps, int64_t batch) const {
    RnnCase rnn_case = StreamCase(cell(), steps, batch, 11, 37);
    rnn_case.shape.layers = 2;
    rnn_case.states = true;
    return rnn_case;
  }
};

TEST_P(StreamStates, SplitIntoCallsGivesSameBits) {
  const Device device(1);
  const RnnCase rnn_case = Case(7, 3);
  const Weights weights = PackCase(device, rnn_case, storage());
  const RnnResults whole = RunStream(weights, rnn_case, {7});
  for (const std::vector<int64_t>& split :
       {std::vector<int64_t>{1, 1, 1, 1, 1, 1, 1}, {3, 4}, {1, 5, 1}}) {
    EXPECT_TRUE(SameResults(RunStream(weights, rnn_case, split), whole, rnn_case.Name()));
  }
}

TEST_P(StreamStates, RowDoesNotDependOnItsBatch) {
  const Device device(1);
  const RnnCase rnn_case = Case(1, 7);
  const Weights weights = PackCase(device, rnn_case, storage());
  const auto sequence = MakeSequence(rnn_case);
  RnnCase without_state = rnn_case;
  without_state.states = false;
  const std::vector<float> x = Floats(sequence.x);
  const std::vector<float> y = RunStream(weights, without_state, {1}).y;
  for (int64_t row = 0; row < rnn_case.batch; ++row) {
    const Stream alone(weights, 1);
    const std::vector<float> x_row(x.begin() + row * 11, x.begin() + (row + 1) * 11);
    const std::vector<float> want(y.begin() + row * 37, y.begin() + (row + 1) * 37);
    EXPECT_TRUE(SameBits(alone.Run(1, x_row, 37), want, "row " + std::to_string(row)));
  }
}

TEST_P(StreamStates, StateMovesToAnotherStream) {
  const Device device(1);
  const RnnCase rnn_case = Case(2, 3);
  const Weights weights = PackCase(device, rnn_case, storage());
  const std::vector<float> x = Floats(MakeSequence(rnn_case).x);
  const int64_t y_length = rnn_case.steps * rnn_case.batch * rnn_case.shape.hidden;
  const Stream first(weights, rnn_case.batch), second(weights, rnn_case.batch);
  first.Run(2, x, y_length);
  WriteState(second, ReadState(first, rnn_case));
  EXPECT_TRUE(SameBits(second.Run(2, x, y_length), first.Run(2, x, y_length), "moved state"));
}

TEST_P(StreamStates, ResetIsLikeNew) {
  const Device device(1);
  const RnnCase rnn_case = Case(2, 3);
  const Weights weights = PackCase(device, rnn_case, storage());
  const std::vector<float> x = Floats(MakeSequence(rnn_case).x);
  const int64_t y_length = rnn_case.steps * rnn_case.batch * rnn_case.shape.hidden;
  const Stream stream(weights, rnn_case.batch);
  const std::vector<float> fresh = stream.Run(2, x, y_length);
  Check(nrnn_stream_reset(stream.get()));
  for (const float h : ReadState(stream, rnn_case).h) ASSERT_EQ(h, 0.0f);
  EXPECT_TRUE(SameBits(stream.Run(2, x, y_length), fresh, "after reset"));
}

// A row with NaN is NaN, and the other rows do not notice.
TEST_P(StreamStates, NanStaysInItsRow) {
  const Device device(1);
  RnnCase rnn_case = Case(1, 5);
  rnn_case.states = false;
  const Weights weights = PackCase(device, rnn_case, storage());
  std::vector<float> x = Floats(MakeSequence(rnn_case).x);
  const std::vector<float> clean = Stream(weights, 5).Run(1, x, 5 * 37);
  x[2 * 11 + 4] = std::nanf("");
  const std::vector<float> y = Stream(weights, 5).Run(1, x, 5 * 37);
  for (size_t k = 0; k < y.size(); ++k) {
    if (k / 37 == 2) {
      ASSERT_TRUE(std::isnan(y[k])) << "element " << k << " is " << y[k];
    } else {
      ASSERT_EQ(y[k], clean[k]) << "element " << k;
    }
  }
}

TEST_P(StreamStates, ManyThreadsShareWeights) {
  const Device device(1);
  const RnnCase rnn_case = Case(20, 2);
  const Weights weights = PackCase(device, rnn_case, storage());
  const RnnResults alone = RunStream(weights, rnn_case, {20});
  constexpr int kThreads = 4, kRounds = 10;
  std::vector<std::thread> threads;
  std::vector<std::string> failures(kThreads);
  for (std::string& failure : failures) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const auto same = SameResults(RunStream(weights, rnn_case, {5, 15}), alone, "thread");
        if (!same) failure = same.message();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
}

INSTANTIATE_TEST_SUITE_P(All, StreamStates,
                         testing::Combine(testing::ValuesIn(kCells), testing::ValuesIn(kStorages)),
                         [](const auto& test) {
                           return CellName(std::get<0>(test.param)) + "_" +
                                  StorageName(std::get<1>(test.param));
                         });

TEST(Stream, Float32AgreesWithForward) {
  const Device device(1);
  for (const Cell cell : kCells) {
    RnnCase rnn_case = StreamCase(cell, 9, 3, 21, 45);
    rnn_case.shape.layers = 2;
    rnn_case.states = true;
    const RnnResults forward = RunRnn(device, rnn_case.Config(), MakeSequence(rnn_case), {});
    const Weights weights = PackCase(device, rnn_case, NRNN_WEIGHT_STORAGE_FLOAT32);
    const std::vector<double> want = Doubles(forward.y);
    // 66 products a step, over 9 steps of 2 layers.
    EXPECT_TRUE(Near(RunStream(weights, rnn_case, {9}).y, want, SumTolerance(66 * 18, want),
                     rnn_case.Name()));
  }
}

// One unit, relu(2 x): what the integers of an input do at the ends of float's range.
TEST(Stream, Int8TakesInputsOfAnySize) {
  const Device device(1);
  const Rnn rnn(device, PlainConfig(NRNN_CELL_RNN_RELU, 0, 1, 1, 0, 0, 1, 1));
  const Weights weights(rnn, Buffer(device, std::vector<float>{2, 0}), NRNN_WEIGHT_STORAGE_INT8);
  for (const float x : {1.5e38f, 3e20f, 1.0f, 1e-20f, 2e-30f}) {
    const float y = Stream(weights, 1).Run(1, {x}, 1)[0];
    EXPECT_NEAR(y / (2 * x), 1, 1e-6) << "x = " << x;
  }
  for (const float x : {0.0f, 1e-31f, 1e-45f}) {
    EXPECT_EQ(Stream(weights, 1).Run(1, {x}, 1)[0], 0.0f) << "x = " << x;
  }
  EXPECT_TRUE(std::isnan(Stream(weights, 1).Run(1, {INFINITY}, 1)[0]));
  EXPECT_TRUE(std::isnan(Stream(weights, 1).Run(1, {-INFINITY}, 1)[0]));
}

TEST(Stream, WeightThatIsNotFiniteShows) {
  const Device device(1);
  const Rnn rnn(device, PlainConfig(NRNN_CELL_RNN_TANH, 0, 1, 1, 0, 0, 2, 2));
  for (const nrnn_weight_storage storage : kStorages) {
    // A NaN whose upper half alone would be infinity.
    float nan;
    const uint32_t bits = 0x7F800001;
    std::memcpy(&nan, &bits, sizeof(nan));
    const Buffer params(device, std::vector<float>{nan, 1, 0.5f, 0, 0, 0, 0, 0});
    const Weights weights(rnn, params, storage);
    const std::vector<float> y = Stream(weights, 1).Run(1, {1, 1}, 2);
    EXPECT_TRUE(std::isnan(y[0])) << StorageName(storage) << " " << y[0];
    EXPECT_NEAR(y[1], std::tanh(0.5), 1e-4) << StorageName(storage);
  }
}

TEST(Stream, StorageTakesTheBytesItSays) {
  const Device device(1);
  const RnnCase rnn_case = StreamCase(Cell::kLstm, 1, 1, 128, 128);
  constexpr int64_t kWeights = 4 * 128 * 256, kBiases = 4 * 128 * 4;
  EXPECT_EQ(PackCase(device, rnn_case, NRNN_WEIGHT_STORAGE_FLOAT32).Bytes(),
            4 * kWeights + kBiases);
  EXPECT_EQ(PackCase(device, rnn_case, NRNN_WEIGHT_STORAGE_BFLOAT16).Bytes(),
            2 * kWeights + kBiases);
  EXPECT_EQ(PackCase(device, rnn_case, NRNN_WEIGHT_STORAGE_INT8).Bytes(), kWeights + 3 * kBiases);
}

}  // namespace
}  // namespace nrnn::test
