// Philox against the known answers that its authors published, and the numbers made of its words.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/philox.h"

namespace nrnn::test {
namespace {

using reference::Philox;
using reference::PhiloxBlock;

// The known-answer vectors of Random123 for Philox 4x32 with 10 rounds.
TEST(ReferencePhilox, MatchesPublishedAnswers) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(ReferencePhilox, ElementsTakeTheWordsOfConsecutiveBlocks) {
  const int64_t seed = 0x0123456789abcdef, offset = 0xfffffffe;
  const PhiloxBlock block = Philox({0, 1, 0, 0}, {0x89abcdef, 0x01234567});
  for (int64_t k = 0; k < 4; ++k) EXPECT_EQ(reference::RandomWord(seed, offset, 8 + k), block[k]);
}

TEST(ReferencePhilox, UniformFillsItsRange) {
  const auto values = reference::RandomUniform<double>(100000, -1, 3, 7, 0);
  double sum = 0, squares = 0;
  for (const double value : values) {
    ASSERT_GE(value, -1);
    ASSERT_LT(value, 3);
    sum += value;
    squares += (value - 1) * (value - 1);
  }
  EXPECT_NEAR(sum / 100000, 1, 4 * std::sqrt(16.0 / 12 / 100000));
  EXPECT_NEAR(squares / 100000, 16.0 / 12, 0.02);
}

TEST(ReferencePhilox, NormalHasItsMoments) {
  const auto values = reference::RandomNormal<double>(100000, 2, 3, 7, 0);
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += (value - 2) * (value - 2);
  }
  EXPECT_NEAR(sum / 100000, 2, 4 * 3 / std::sqrt(100000.0));
  EXPECT_NEAR(squares / 100000, 9, 4 * 9 * std::sqrt(2.0 / 100000));
}

TEST(ReferencePhilox, DropoutKeepsTheMean) {
  const auto y = reference::Dropout(std::vector<double>(100000, 1), 0.25f, 7, 0);
  double kept = 0;
  for (const double value : y) {
    EXPECT_TRUE(value == 0 || value == 1 / 0.75);
    kept += value != 0;
  }
  EXPECT_NEAR(kept / 100000, 0.75, 4 * std::sqrt(0.1875 / 100000));
}

}  // namespace
}  // namespace nrnn::test
