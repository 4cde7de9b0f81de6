// Strided copies and sums against the reference: named layouts, and random ones.
#include <algorithm>
#include <numeric>

#include "ops_fixture.h"
#include "reference/elementwise.h"

namespace nrnn::test {
namespace {

using reference::CopyShape;
using CopyOps = OpsTest;

std::string Name(const CopyShape& shape) {
  const auto list = [](const std::vector<int64_t>& values) {
    std::string text;
    for (const int64_t value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
    return text;
  };
  return std::string(shape.accumulate ? "add" : "copy") + "_sizes" + list(shape.sizes) + "_from" +
         list(shape.source_strides) + "_to" + list(shape.destination_strides);
}

// Where the arrays begin in their buffers.
struct Places {
  int64_t source, destination;
};

std::vector<float> RunCopy(const Device& device, const CopyShape& shape,
                           const std::vector<double>& source,
                           const std::vector<double>& destination, const Places& places = {3, 1}) {
  const Placed from(device, source, places.source), to(device, destination, places.destination);
  nrnn_copy_args args = {};
  args.rank = static_cast<int32_t>(shape.sizes.size());
  args.accumulate = shape.accumulate;
  for (size_t axis = 0; axis < shape.sizes.size(); ++axis) {
    args.sizes[axis] = shape.sizes[axis];
    args.source_strides[axis] = shape.source_strides[axis];
    args.destination_strides[axis] = shape.destination_strides[axis];
  }
  args.source_offset = shape.source_offset;
  args.destination_offset = shape.destination_offset;
  args.source = from.get();
  args.destination = to.get();
  Check(nrnn_copy_strided(&args));
  EXPECT_TRUE(to.Alone()) << Name(shape);
  return to.Read();
}

// terms: how many elements of the source an element of the destination gets. Sums run in double and
// are rounded when they are added, but the reference rounds nothing.
void ExpectCopy(const Device& one, const Device& three, const CopyShape& shape,
                const std::vector<double>& source, const std::vector<double>& destination,
                double terms) {
  auto want = destination;
  reference::CopyStrided(shape, source, want);
  const auto got = RunCopy(one, shape, source, destination);
  if (shape.accumulate) {
    EXPECT_TRUE(Near(got, want, SumTolerance(terms, want, 1), Name(shape)));
  } else {
    EXPECT_TRUE(Same(got, want, Name(shape)));
  }
  EXPECT_TRUE(SameBits(RunCopy(three, shape, source, destination), got, Name(shape)));
}

// Strides of a dense array whose axes lie in memory in the given order, outermost first.
std::vector<int64_t> StridesInOrder(const std::vector<int64_t>& sizes,
                                    const std::vector<size_t>& order) {
  std::vector<int64_t> strides(sizes.size());
  int64_t stride = 1;
  for (size_t k = order.size(); k-- > 0;) {
    strides[order[k]] = stride;
    stride *= sizes[order[k]];
  }
  return strides;
}

struct RandomLayout {
  std::vector<int64_t> strides;
  int64_t offset, length;
};

// Axes in any order, some of them backwards, some of stride 0 (in the source always, in the
// destination if reducing).
RandomLayout DrawLayout(Numbers& numbers, const std::vector<int64_t>& sizes, bool broadcasts) {
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  for (size_t k = order.size(); k > 1; --k) {
    std::swap(order[k - 1],
              order[static_cast<size_t>(numbers.Integer(0, static_cast<int64_t>(k) - 1))]);
  }
  RandomLayout layout{StridesInOrder(sizes, order), 0, 1};
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    int64_t& stride = layout.strides[axis];
    layout.length += stride * (sizes[axis] - 1);
    if (broadcasts && numbers.Integer(0, 3) == 0) {
      stride = 0;
    } else if (numbers.Integer(0, 3) == 0) {
      layout.offset += stride * (sizes[axis] - 1);
      stride = -stride;
    }
  }
  return layout;
}

TEST_P(CopyOps, RandomLayoutsMatchReference) {
  for (int64_t seed = 0; seed < 400; seed += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(seed));
    std::vector<int64_t> sizes(static_cast<size_t>(numbers.Integer(0, 5)));
    int64_t count = 1;
    for (int64_t& size : sizes) {
      size = numbers.Integer(1, count > 1000 ? 4 : 37);
      count *= size;
    }
    const bool accumulate = numbers.Coin();
    const RandomLayout from = DrawLayout(numbers, sizes, true);
    const RandomLayout to = DrawLayout(numbers, sizes, numbers.Coin());
    const CopyShape shape = {accumulate, sizes, from.offset, from.strides, to.offset, to.strides};
    double terms = 1;
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      if (to.strides[axis] == 0) terms *= static_cast<double>(sizes[axis]);
    }
    ExpectCopy(one(), three(), shape, numbers.Reals(from.length), numbers.Reals(to.length), terms);
  }
}

TEST_P(CopyOps, TransposesOfEverySizeMatchReference) {
  for (int64_t size = 1; size <= 70; size += SweepStride()) {
    Numbers numbers(static_cast<uint64_t>(size));
    const int64_t rows = size, columns = 71 - size;
    const CopyShape shape = {size % 2 == 0, {rows, columns}, 0, {1, rows}, 0, {columns, 1}};
    ExpectCopy(one(), three(), shape, numbers.Reals(rows * columns), numbers.Reals(rows * columns),
               1);
  }
}

TEST_P(CopyOps, LargeLayoutsGiveTheSameBitsOnThreeThreads) {
  const int64_t a = 61, b = 47, c = 67, all = a * b * c;
  const CopyShape shapes[] = {
      {false, {all}, 0, {1}, 0, {1}},
      {true, {all}, 0, {1}, 0, {1}},
      {false, {a, b, c}, 0, {c, a * c, 1}, 0, {b * c, c, 1}},  // first two axes exchanged
      {true, {a, b, c}, 0, {1, a, a * b}, 0, {b * c, c, 1}},   // reversed
      {true, {a, b, c}, 0, {b * c, c, 1}, 0, {0, c, 1}},       // sum over the first axis,
      {true, {a, b, c}, 0, {b * c, c, 1}, 0, {c, 0, 1}},       // the second,
      {true, {a, b, c}, 0, {b * c, c, 1}, 0, {b, 1, 0}},       // the third,
      {true, {a, b, c}, 0, {b * c, c, 1}, 0, {0, 1, 0}},       // two of them,
      {true, {a, b, c}, 0, {b * c, c, 1}, 0, {0, 0, 0}},       // and all
      {false, {a, b * c}, 0, {1, 0}, 0, {b * c, 1}},           // a column broadcast
      {true, {1000, 100}, 0, {1, 1000}, 0, {1, 1}},            // windows that overlap
  };
  Numbers numbers(7);
  const auto source = numbers.Reals(all), destination = numbers.Reals(all);
  for (const CopyShape& shape : shapes) {
    double terms = shape.destination_strides.back() == 1 ? 100 : 1;
    for (size_t axis = 0; axis < shape.sizes.size(); ++axis) {
      if (shape.destination_strides[axis] == 0) terms *= static_cast<double>(shape.sizes[axis]);
    }
    ExpectCopy(one(), three(), shape, source, destination, terms);
  }
}

// Where fours of floats are read and written together, and where they are not.
TEST_P(CopyOps, LayoutsMatchReferenceWhereverTheyBegin) {
  const CopyShape shapes[] = {
      {false, {6, 5, 8}, 0, {40, 8, 1}, 0, {80, 16, 1}},  // into every second row
      {true, {6, 5, 8}, 0, {80, 16, 1}, 0, {40, 8, 1}},   // out of it
      {true, {6, 5, 8}, 4, {80, 16, 1}, 2, {40, 8, 1}},   // from the middle of rows
      {false, {6, 5, 8}, 0, {0, 8, 1}, 0, {40, 8, 1}},    // repeated
      {true, {6, 40}, 0, {40, 1}, 0, {41, 1}},            // rows of odd length
      {false, {3, 40, 36}, 0, {1440, 1, 40}, 0, {1440, 36, 1}},
      {true, {3, 40, 36}, 0, {1440, 1, 40}, 0, {1440, 36, 1}},
      {false, {40, 36}, 1439, {-36, -1}, 0, {36, 1}},  // backwards
  };
  Numbers numbers(13);
  const auto source = numbers.Reals(6000), destination = numbers.Reals(6000);
  for (const CopyShape& shape : shapes) {
    auto want = destination;
    reference::CopyStrided(shape, source, want);
    for (const Places& places : {Places{0, 4}, {8, 1}, {2, 4}, {1, 1}}) {
      const auto got = RunCopy(three(), shape, source, destination, places);
      EXPECT_TRUE(Near(got, want, SumTolerance(1, want, 1), Name(shape)));
    }
  }
}

TEST_P(CopyOps, LongSumsMatchReference) {
  const int64_t n = 20011;
  const CopyShape shapes[] = {
      {true, {3, n}, 0, {n, 1}, 0, {1, 0}},  // of rows
      {true, {n, 3}, 0, {3, 1}, 0, {0, 1}},  // of columns
      {
          true,
          {n, 3},
          0,
          {1, n},
          0,
          {0, -1},
      },                                            // of rows, backwards
      {true, {n / 40, 40}, 0, {40, 1}, 0, {0, 1}},  // of more columns than a warp has
      {true, {7, n / 35, 5}, 0, {5, 35, 1}, 0, {2, 0, 0}},
      {true, {n}, n - 1, {-1}, 0, {0}},
      {true, {2, 5, n / 5}, 0, {n / 5, 0, 1}, 0, {1, 1, 0}},  // to elements that overlap
  };
  Numbers numbers(17);
  const auto source = numbers.Reals(3 * n), destination = numbers.Reals(40);
  for (CopyShape shape : shapes) {
    double terms = 1;
    for (size_t axis = 0; axis < shape.sizes.size(); ++axis) {
      if (shape.destination_strides[axis] == 0) terms *= static_cast<double>(shape.sizes[axis]);
      if (shape.destination_strides[axis] == -1) shape.destination_offset = shape.sizes[axis] - 1;
    }
    ExpectCopy(one(), three(), shape, source, destination, terms);
  }
}

TEST_P(CopyOps, OfAssignmentsToOneElementTheLastStays) {
  const CopyShape shapes[] = {
      {false, {7, 9}, 0, {9, 1}, 0, {1, 1}},
      {false, {7, 9}, 0, {9, 1}, 0, {2, 1}},
      {false, {4, 7, 9}, 0, {63, 9, 1}, 0, {20, 2, 1}},
      {false, {9, 7}, 0, {1, 9}, 0, {1, 3}},
      {false, {5, 9}, 0, {9, 1}, 0, {0, 1}},
  };
  Numbers numbers(19);
  const auto source = numbers.Reals(300), destination = numbers.Reals(300);
  for (const CopyShape& shape : shapes) ExpectCopy(one(), three(), shape, source, destination, 1);
}

TEST_P(CopyOps, SumsRunInDouble) {
  // A million times 0.1: a sum in float would be off by 1e-3.
  const int64_t n = 1000000;
  const CopyShape shape = {true, {n}, 0, {0}, 0, {0}};
  const CopyShape columns = {true, {n / 4, 4}, 0, {4, 1}, 0, {0, 1}};
  const double tenth = static_cast<double>(0.1f);
  const auto total = RunCopy(three(), shape, {tenth}, {0});
  EXPECT_FLOAT_EQ(total[0], static_cast<float>(tenth * n));
  const std::vector<double> many(static_cast<size_t>(n), tenth);
  for (const float sum : RunCopy(three(), columns, many, {0, 0, 0, 0})) {
    EXPECT_FLOAT_EQ(sum, static_cast<float>(tenth * n / 4));
  }
}

TEST_P(CopyOps, NothingIsReadOrWrittenWhenAnAxisIsEmpty) {
  const CopyShape shape = {false, {3, 0, 2}, 0, {100, 1, 1}, 0, {1, 1, 1}};
  EXPECT_TRUE(Same(RunCopy(one(), shape, {1, 2}, {3, 4}), {3, 4}, Name(shape)));
}

TEST_P(CopyOps, ElementsOutsideAreRefused) {
  const Buffer source(one(), 6), destination(one(), 6);
  nrnn_copy_args args = {1, 0, {3}, 0, {2}, 0, {2}, source.get(), destination.get()};
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_OK);
  args.source_offset = 2;
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_INVALID_ARGUMENT);
  args.source_strides[0] = -1;
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_OK);
  args.destination_offset = -1;
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_INVALID_ARGUMENT);
  args.destination_offset = 0;
  args.destination_strides[0] = INT64_MAX;
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_INVALID_ARGUMENT);
  args.destination_strides[0] = INT64_MIN;
  EXPECT_EQ(nrnn_copy_strided(&args), NRNN_INVALID_ARGUMENT);
}

NRNN_INSTANTIATE_TARGETS(CopyOps);

}  // namespace
}  // namespace nrnn::test
