// Softmax, maxima, gather and embedding against the reference.
#include <cstdint>
#include <limits>

#include "ops_fixture.h"
#include "reference/dense.h"
#include "reference/rows.h"

namespace nrnn::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

using RowOps = OpsTest;

std::vector<int32_t> Indices(Numbers& numbers, int64_t count, int64_t limit) {
  std::vector<int32_t> indices(static_cast<size_t>(count));
  for (int32_t& index : indices) index = static_cast<int32_t>(numbers.Integer(0, limit - 1));
  return indices;
}

TEST_P(RowOps, SoftmaxMatchesReferenceAtEveryWidth) {
  for (int64_t columns = 1; columns <= 70; columns += SweepStride()) {
    const int64_t rows = columns % 5 + 1;
    for (const bool logarithm : {false, true}) {
      const std::string what = (logarithm ? "log_" : "") + std::to_string(columns);
      Numbers numbers(static_cast<uint64_t>(columns));
      const auto x = numbers.Reals(rows * columns, 20), dy = numbers.Reals(rows * columns);
      const Placed y(one(), x, columns % 7 + 1), gradient(one(), dy, 3);
      Check(nrnn_softmax_forward(rows, columns, logarithm, y.get(), y.get()));
      const auto want = reference::SoftmaxForward(rows, columns, logarithm, x);
      // terms: the columns of the sum; of the logarithm, results are up to 40.
      const auto terms = static_cast<double>(columns);
      EXPECT_TRUE(Near(y.Read(), want, SumTolerance(terms, want), what));
      const auto kept = Doubles(y.Read());
      Check(
          nrnn_softmax_backward(rows, columns, logarithm, y.get(), gradient.get(), gradient.get()));
      const auto dx = reference::SoftmaxBackward(rows, columns, logarithm, kept, dy);
      EXPECT_TRUE(Near(gradient.Read(), dx, SumTolerance(terms, dx), what));
      EXPECT_TRUE(y.Alone() && gradient.Alone()) << what;
    }
  }
}

// Rows that begin at 16 bytes and such that do not; as wide as several warps, or all of a block.
TEST_P(RowOps, SoftmaxOfWideRowsMatchesReference) {
  for (const int64_t columns : {132, 1024, 1025, 5000}) {
    for (const bool logarithm : {false, true}) {
      for (const int64_t place : {0, 4, 1}) {
        const int64_t rows = 3;
        const std::string what = (logarithm ? "log_" : "") + std::to_string(columns);
        Numbers numbers(static_cast<uint64_t>(columns));
        const auto x = numbers.Reals(rows * columns, 20), dy = numbers.Reals(rows * columns);
        const Placed y(one(), x, place), gradient(one(), dy, place);
        Check(nrnn_softmax_forward(rows, columns, logarithm, y.get(), y.get()));
        const auto want = reference::SoftmaxForward(rows, columns, logarithm, x);
        const auto terms = static_cast<double>(columns);
        EXPECT_TRUE(Near(y.Read(), want, SumTolerance(terms, want), what));
        const auto kept = Doubles(y.Read());
        Check(nrnn_softmax_backward(rows, columns, logarithm, y.get(), gradient.get(),
                                    gradient.get()));
        const auto dx = reference::SoftmaxBackward(rows, columns, logarithm, kept, dy);
        EXPECT_TRUE(Near(gradient.Read(), dx, SumTolerance(terms, dx), what));
        EXPECT_TRUE(y.Alone() && gradient.Alone()) << what;
      }
    }
  }
}

TEST_P(RowOps, SoftmaxOfLargeLogitsAndNaN) {
  const Buffer x(one(), std::vector<float>{1000, 1000, -1000, kNaN, 0, 1, -kInfinity, 0, 0});
  const Buffer y(one(), 9);
  Check(nrnn_softmax_forward(3, 3, 0, x.get(), y.get()));
  EXPECT_TRUE(Same(y.Read(), {0.5, 0.5, 0, kNaN, kNaN, kNaN, 0, 0.5, 0.5}, "softmax"));
}

TEST_P(RowOps, MaxMatchesReference) {
  for (int64_t size = 1; size <= 70; size += SweepStride()) {
    for (const Axis& axis : {Axis{3, size, 1}, Axis{2, 5, size}, Axis{1, size, 3},
                             Axis{2, size * 43, 1}, Axis{2, size * 17, 5}}) {
      const std::string what = std::to_string(axis.length) + "x" + std::to_string(axis.inner);
      Numbers numbers(static_cast<uint64_t>(size));
      auto x = numbers.Reals(axis.outer * axis.length * axis.inner);
      for (double& value : x) value = std::round(value * 4) - 3;  // negative, and often equal
      const auto dy = numbers.Reals(axis.outer * axis.inner);
      const Placed from(one(), x, 1), dx(one(), x, 5), gradient(one(), dy, 3);
      const Placed y(one(), dy, 2);
      const nrnn_axis along = {axis.outer, axis.length, axis.inner};
      Check(nrnn_max_forward(&along, from.get(), y.get()));
      const auto want = reference::MaxForward(axis, x);
      EXPECT_TRUE(Same(y.Read(), want, what));
      Check(nrnn_max_backward(&along, from.get(), y.get(), gradient.get(), dx.get()));
      const auto shared = reference::MaxBackward(axis, x, want, dy);
      EXPECT_TRUE(Near(dx.Read(), shared, SumTolerance(1, {}, 1), what));
      EXPECT_TRUE(y.Alone() && dx.Alone()) << what;
    }
  }
}

TEST_P(RowOps, MaxLetsNaNThrough) {
  for (size_t at = 0; at < 40; ++at) {
    std::vector<float> x(40, 1);
    x[at] = kNaN;
    const Buffer from(one(), x), y(one(), 1), columns(one(), 8);
    const nrnn_axis row = {1, 40, 1}, column = {1, 5, 8};
    Check(nrnn_max_forward(&row, from.get(), y.get()));
    Check(nrnn_max_forward(&column, from.get(), columns.get()));
    EXPECT_TRUE(std::isnan(y.Read()[0])) << at;
    std::vector<double> want(8, 1);
    want[at % 8] = kNaN;
    EXPECT_TRUE(Same(columns.Read(), want, std::to_string(at)));
  }
}

TEST_P(RowOps, GatherAndScatterMatchReference) {
  for (int64_t size = 1; size <= 70; size += SweepStride()) {
    for (const Axis& axis : {Axis{3, size, 1}, Axis{2, 7, size}, Axis{size, 2, 3}}) {
      const int64_t count = size % 6 + 1, picked = axis.outer * count * axis.inner;
      const std::string what = std::to_string(axis.length) + "x" + std::to_string(axis.inner);
      Numbers numbers(static_cast<uint64_t>(size));
      const auto x = numbers.Reals(axis.outer * axis.length * axis.inner);
      const auto dy = numbers.Reals(picked);
      const auto indices = Indices(numbers, picked, axis.length);
      const Buffer at(one(), indices);
      const Placed from(one(), x, 1), y(one(), dy, 2), gradient(one(), dy, 3);
      const nrnn_axis along = {axis.outer, axis.length, axis.inner};
      Check(nrnn_gather(&along, count, from.get(), at.get(), y.get()));
      EXPECT_TRUE(Same(y.Read(), reference::Gather(axis, count, x, indices), what));
      Check(nrnn_scatter_add(&along, count, gradient.get(), at.get(), from.get()));
      auto want = x;
      reference::ScatterAdd(axis, count, dy, indices, want);
      EXPECT_TRUE(
          Near(from.Read(), want, SumTolerance(static_cast<double>(count + 1), want), what));
      EXPECT_TRUE(y.Alone() && from.Alone()) << what;
    }
  }
}

// Few columns with many indices each, which a GPU's threads share.
TEST_P(RowOps, ScatterOfManyIndicesMatchesReference) {
  for (const Axis& axis : {Axis{1, 9, 1}, Axis{2, 300, 3}, Axis{1, 1, 2}}) {
    const int64_t count = 1200, picked = axis.outer * count * axis.inner;
    Numbers numbers(static_cast<uint64_t>(axis.length));
    const auto x = numbers.Reals(axis.outer * axis.length * axis.inner);
    const auto dy = numbers.Reals(picked);
    const auto indices = Indices(numbers, picked, axis.length);
    const Buffer at(one(), indices);
    const Placed to(one(), x, 1), y(one(), dy, 2);
    const nrnn_axis along = {axis.outer, axis.length, axis.inner};
    Check(nrnn_scatter_add(&along, count, y.get(), at.get(), to.get()));
    auto want = x;
    reference::ScatterAdd(axis, count, dy, indices, want);
    const std::string what = "length" + std::to_string(axis.length);
    EXPECT_TRUE(Near(to.Read(), want, SumTolerance(count, want), what));
    EXPECT_TRUE(to.Alone()) << what;
  }
}

struct Embedding {
  int64_t rows, vocabulary, dimension, padding;
};

std::vector<float> RunEmbedding(const Device& device, const Embedding& shape, bool backward,
                                const std::vector<double>& table,
                                const std::vector<int32_t>& indices, const std::vector<double>& y,
                                int64_t table_place = 3, int64_t place = 1) {
  const Placed weights(device, table, table_place), rows(device, y, place);
  const Buffer at(device, indices);
  const nrnn_embedding_args args = {shape.rows,    shape.vocabulary, shape.dimension, shape.padding,
                                    weights.get(), at.get(),         rows.get()};
  Check(backward ? nrnn_embedding_backward(device.get(), &args)
                 : nrnn_embedding_forward(device.get(), &args));
  EXPECT_TRUE(weights.Alone() && rows.Alone());
  return backward ? weights.Read() : rows.Read();
}

TEST_P(RowOps, EmbeddingMatchesReference) {
  for (int64_t dimension = 1; dimension <= 70; dimension += SweepStride()) {
    const Embedding shape = {dimension % 9 * 7, 11, dimension, dimension % 3 - 1};
    const std::string what = "dimension" + std::to_string(dimension);
    Numbers numbers(static_cast<uint64_t>(dimension));
    const auto table = numbers.Reals(shape.vocabulary * dimension);
    const auto dy = numbers.Reals(shape.rows * dimension);
    const auto indices = Indices(numbers, shape.rows, shape.vocabulary);
    EXPECT_TRUE(Same(RunEmbedding(one(), shape, false, table, indices, dy),
                     reference::EmbeddingForward(dimension, table, indices), what));
    auto want = table;
    reference::EmbeddingBackward(dimension, shape.padding, dy, indices, want);
    const auto got = RunEmbedding(one(), shape, true, table, indices, dy);
    EXPECT_TRUE(Near(got, want, SumTolerance(static_cast<double>(shape.rows + 1), want), what));
  }
}

// Many rows of a small table, and some of a large one, in fours of columns and not.
TEST_P(RowOps, EmbeddingOfManyRowsMatchesReference) {
  for (const Embedding& shape : {Embedding{3000, 5, 8, 2}, Embedding{70, 9000, 12, -1},
                                 Embedding{1000, 3, 130, 0}, Embedding{2, 5, 132, 0}}) {
    const std::string what =
        "rows" + std::to_string(shape.rows) + "_dimension" + std::to_string(shape.dimension);
    Numbers numbers(static_cast<uint64_t>(shape.rows));
    const auto table = numbers.Reals(shape.vocabulary * shape.dimension);
    const auto dy = numbers.Reals(shape.rows * shape.dimension);
    const auto indices = Indices(numbers, shape.rows, shape.vocabulary);
    auto want = table;
    reference::EmbeddingBackward(shape.dimension, shape.padding, dy, indices, want);
    const auto terms = static_cast<double>(shape.rows + 1);
    for (const auto& [place, other] : {std::pair<int64_t, int64_t>{0, 4}, {1, 4}, {8, 2}}) {
      EXPECT_TRUE(Same(RunEmbedding(one(), shape, false, table, indices, dy, place, other),
                       reference::EmbeddingForward(shape.dimension, table, indices), what));
      const auto got = RunEmbedding(one(), shape, true, table, indices, dy, place, other);
      EXPECT_TRUE(Near(got, want, SumTolerance(terms, want), what));
    }
  }
}

TEST_P(RowOps, ThreadsGiveTheSameBits) {
  Numbers numbers(3);
  const Embedding shape = {500, 30, 300, 0};
  const auto table = numbers.Reals(shape.vocabulary * shape.dimension);
  const auto dy = numbers.Reals(shape.rows * shape.dimension);
  const auto indices = Indices(numbers, shape.rows, shape.vocabulary);
  for (const bool backward : {false, true}) {
    ExpectSameBits(
        [&](const Device& device) {
          return RunEmbedding(device, shape, backward, table, indices, dy);
        },
        "embedding");
  }
  ExpectSameBits(
      [&](const Device& device) {
        const Buffer x(device, dy);
        Check(nrnn_softmax_forward(shape.rows, shape.dimension, 1, x.get(), x.get()));
        return x.Read();
      },
      "softmax");
  ExpectSameBits(
      [&](const Device& device) {
        const Buffer x(device, dy), y(device, shape.rows);
        const nrnn_axis axis = {shape.rows, shape.dimension, 1};
        Check(nrnn_max_forward(&axis, x.get(), y.get()));
        return y.Read();
      },
      "max");
}

// On a CPU by the call itself, before anything is written; on a GPU by the next call that waits.
class WrongIndices : public RowOps {
 protected:
  void SetUp() override {
    RowOps::SetUp();
    if (IsSkipped()) return;
    table_ = Buffer(one(), std::vector<float>{1, 2, 3, 4, 5, 6});
    y_ = Buffer(one(), 6);
    indices_ = Buffer(one(), std::vector<int32_t>{0, 3, 1});
    embedding_ = {3, 3, 2, -1, table_.get(), indices_.get(), y_.get()};
  }

  // Reported once, and nothing is wrong afterwards.
  void ExpectRefused(nrnn_status status) {
    EXPECT_EQ(status == NRNN_OK, one().IsGpu());
    EXPECT_EQ(Done(one(), status), NRNN_INVALID_ARGUMENT);
    EXPECT_EQ(LastReason(), "indices[1] is 3, must be 0..2");
    EXPECT_EQ(nrnn_device_synchronize(one().get()), NRNN_OK);
  }

  // What the operation wrote: on a CPU what was there before.
  void ExpectValues(const Buffer& buffer, const std::vector<double>& before,
                    const std::vector<double>& on_gpu) {
    EXPECT_TRUE(Same(buffer.Read(), one().IsGpu() ? on_gpu : before, "values"));
  }

  Buffer table_, y_, indices_;
  nrnn_embedding_args embedding_;
  nrnn_axis axis_ = {1, 3, 1};
};

TEST_P(WrongIndices, OfAnEmbeddingAreRefused) {
  ExpectRefused(nrnn_embedding_forward(one().get(), &embedding_));
  ExpectValues(y_, {0, 0, 0, 0, 0, 0}, {1, 2, kNaN, kNaN, 3, 4});
}

TEST_P(WrongIndices, OfAnEmbeddingsGradientAreRefused) {
  const Buffer dy(one(), std::vector<float>{10, 10, 20, 20, 30, 30});
  embedding_.y = dy.get();
  ExpectRefused(nrnn_embedding_backward(one().get(), &embedding_));
  ExpectValues(table_, {1, 2, 3, 4, 5, 6}, {11, 12, 33, 34, 5, 6});
}

TEST_P(WrongIndices, OfGatherAreRefused) {
  const Buffer x = table_.Slice(0, 3), picked = y_.Slice(0, 3);
  ExpectRefused(nrnn_gather(&axis_, 3, x.get(), indices_.get(), picked.get()));
  ExpectValues(picked, {0, 0, 0}, {1, kNaN, 2});
}

TEST_P(WrongIndices, OfScatterAddAreRefused) {
  const Buffer x = table_.Slice(0, 3), picked(one(), std::vector<float>{10, 20, 30});
  ExpectRefused(nrnn_scatter_add(&axis_, 3, picked.get(), indices_.get(), x.get()));
  ExpectValues(x, {1, 2, 3}, {11, 32, 3});
}

// Far from the table's end, and negative: nothing is read there.
TEST_P(WrongIndices, MayBeAnyNumber) {
  for (const int32_t index : {-1, INT32_MIN, INT32_MAX}) {
    const Buffer wrong(one(), std::vector<int32_t>{0, index, 1});
    embedding_.indices = wrong.get();
    for (const auto run : {&nrnn_embedding_forward, &nrnn_embedding_backward}) {
      EXPECT_EQ(Done(one(), run(one().get(), &embedding_)), NRNN_INVALID_ARGUMENT);
      EXPECT_EQ(LastReason(), "indices[1] is " + std::to_string(index) + ", must be 0..2");
    }
  }
}

NRNN_INSTANTIATE_TARGETS(WrongIndices);
NRNN_INSTANTIATE_TARGETS(RowOps);

}  // namespace
}  // namespace nrnn::test
