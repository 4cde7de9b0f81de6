// Random numbers by Philox 4x32-10: contracts and conventions in random.h.
//
// A lane is a block: the four words of as many blocks as a vector has lanes are computed together
// and interleaved into a small array in the order of the elements. The numbers are the same bits
// for every instruction set: multiplications and additions are separate (no fused ones, and the
// build forbids the compiler to fuse), square root and division are exactly rounded.
#include "cpu/random.h"

#include <cstring>

#include "cpu/kernels.h"
#include "cpu/runs-inl.h"

namespace nrnn::cpu::NRNN_TARGET {
namespace {

constexpr FloatTag kTag{};
using WordTag = hn::RebindToUnsigned<FloatTag>;
using WordVec = hn::Vec<WordTag>;
using IntTag = hn::RebindToSigned<FloatTag>;
constexpr WordTag kWords{};
constexpr IntTag kInts{};
constexpr int64_t kGroup = 4 * static_cast<int64_t>(kLanes);  // words of one call of FillBlocks

struct Words {
  WordVec w[4];  // of as many blocks as there are lanes
};

struct Product {
  WordVec high, low;
};

HWY_INLINE Product Multiply(uint32_t factor, WordVec x) {
  const hn::RepartitionToWide<WordTag> wide;
  const WordVec f = hn::Set(kWords, factor);
  const auto even = hn::MulEven(x, f);
  const WordVec odd_lanes = hn::BitCast(kWords, hn::ShiftRight<32>(hn::BitCast(wide, x)));
  const auto odd = hn::MulEven(odd_lanes, f);
  const WordVec high_even = hn::BitCast(kWords, hn::ShiftRight<32>(even));
  return {hn::OddEven(hn::BitCast(kWords, odd), high_even), hn::Mul(x, f)};
}

// Blocks counter, counter + 1, ..
HWY_INLINE Words Philox(uint64_t counter, uint64_t seed) {
  const WordVec start = hn::Set(kWords, static_cast<uint32_t>(counter));
  WordVec c0 = hn::Add(start, hn::Iota(kWords, 0));
  const WordVec carry =
      hn::VecFromMask(kWords, hn::Lt(c0, start));  // all ones, -1, where c0 wrapped
  WordVec c1 = hn::Sub(hn::Set(kWords, static_cast<uint32_t>(counter >> 32)), carry);
  WordVec c2 = hn::Zero(kWords), c3 = hn::Zero(kWords);
  uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Product p0 = Multiply(0xD2511F53u, c0), p1 = Multiply(0xCD9E8D57u, c2);
    c0 = hn::Xor(hn::Xor(p1.high, c1), hn::Set(kWords, key0));
    c2 = hn::Xor(hn::Xor(p0.high, c3), hn::Set(kWords, key1));
    c1 = p1.low;
    c3 = p0.low;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// body(numbers, at, count) for the stream's elements, in order: numbers[k] belongs to element at +
// k of the call. fill(words, numbers) makes a group of kGroup numbers from the words of their
// blocks.
template <class Fill, class Body>
HWY_INLINE void ForNumbers(const RandomStream& stream, int64_t count, const Fill& fill,
                           const Body& body) {
  HWY_ALIGN float numbers[kGroup];
  const uint64_t seed = static_cast<uint64_t>(stream.seed);
  uint64_t counter = static_cast<uint64_t>(stream.offset) + static_cast<uint64_t>(stream.first / 4);
  int64_t skip = stream.first % 4;
  for (int64_t at = 0; at < count; counter += kLanes) {
    fill(Philox(counter, seed), numbers);
    const int64_t part = count - at < kGroup - skip ? count - at : kGroup - skip;
    body(numbers + skip, at, part);
    at += part;
    skip = 0;
  }
}

HWY_INLINE hn::Vec<IntTag> Upper24(WordVec word) {
  return hn::BitCast(kInts, hn::ShiftRight<8>(word));
}

// u 2^24 of each word, which floats hold exactly, in the order of the elements.
HWY_INLINE void FillFractions(const Words& words, float* fractions) {
  const auto f = [&](int k) { return hn::ConvertTo(kTag, Upper24(words.w[k])); };
  hn::StoreInterleaved4(f(0), f(1), f(2), f(3), kTag, fractions);
}

void Dropout(const RandomStream& stream, float rate, const float* x, float* y, int64_t count) {
  const FloatVec threshold = Constant(rate * 16777216.0f);
  const FloatVec factor = Constant(static_cast<float>(1.0 / (1.0 - static_cast<double>(rate))));
  const auto drop = [&](const float* fractions, int64_t at, int64_t part) {
    ForVectors(part, [&](int64_t k, size_t lanes) {
      const auto dropped = hn::Lt(Load(fractions + k, lanes), threshold);
      const FloatVec kept = hn::Mul(Load(x + at + k, lanes), factor);
      Store(hn::IfThenZeroElse(dropped, kept), y + at + k, lanes);
    });
  };
  ForNumbers(stream, count, FillFractions, drop);
}

// The largest float below a finite value.
float JustBelow(float value) {
  if (value == 0.0f) return -1.40129846e-45f;
  int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits += value > 0.0f ? -1 : 1;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

void Uniform(const RandomStream& stream, float low, float high, float* y, int64_t count) {
  const double start = static_cast<double>(low);
  const double unit = (static_cast<double>(high) - start) / 16777216.0;
  const float largest = JustBelow(high);
  const auto place = [&](const float* fractions, int64_t at, int64_t part) {
    for (int64_t k = 0; k < part; ++k) {
      const float value = static_cast<float>(start + static_cast<double>(fractions[k]) * unit);
      y[at + k] = value < largest ? value : largest;
    }
  };
  ForNumbers(stream, count, FillFractions, place);
}

HWY_INLINE FloatVec MultiplyThenAdd(FloatVec a, FloatVec b, float c) {
  return hn::Add(hn::Mul(a, b), Constant(c));
}

// sqrt(-2 log(n 2^-24)) for integers 1 <= n <= 2^24: log(m 2^k) = k ln 2 + 2 atanh(s), s = (m - 1)
// / (m + 1).
HWY_INLINE FloatVec Radius(hn::Vec<IntTag> n) {
  const auto bits = hn::BitCast(kInts, hn::ConvertTo(kTag, n));
  const auto k = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(kInts, 0x3F3504F3)));  // sqrt(1/2)
  const FloatVec m = hn::BitCast(kTag, hn::Sub(bits, hn::ShiftLeft<23>(k)));
  const FloatVec s = hn::Div(hn::Sub(m, Constant(1.0f)), hn::Add(m, Constant(1.0f)));
  const FloatVec z = hn::Mul(s, s);
  FloatVec series = MultiplyThenAdd(z, Constant(0.298712373f), 0.399775743f);
  series = MultiplyThenAdd(z, series, 0.666667759f);
  const FloatVec log_m = hn::Mul(s, MultiplyThenAdd(z, series, 2.0f));
  const FloatVec power = hn::ConvertTo(kTag, hn::Sub(k, hn::Set(kInts, 24)));
  const FloatVec log = hn::Add(hn::Mul(power, Constant(0.693147182f)), log_m);
  return hn::Sqrt(hn::Max(hn::Mul(Constant(-2.0f), log), hn::Zero(kTag)));
}

struct Pair {
  FloatVec cosine, sine;
};

// Of 2 pi n 2^-24: n is split into quarter turns q and the rest f, at most an eighth of a turn to
// either side.
HWY_INLINE Pair CosineAndSine(hn::Vec<IntTag> n) {
  const auto q = hn::ShiftRight<22>(hn::Add(n, hn::Set(kInts, 1 << 21)));
  const auto rest = hn::Sub(n, hn::ShiftLeft<22>(q));
  const FloatVec f = hn::Mul(hn::ConvertTo(kTag, rest), Constant(1.0f / 16777216.0f));
  const FloatVec z = hn::Mul(f, f);
  FloatVec s = MultiplyThenAdd(z, Constant(-75.8713303f), 81.6053696f);
  s = MultiplyThenAdd(z, s, -41.3417625f);
  s = hn::Mul(f, MultiplyThenAdd(z, s, 6.28318548f));
  FloatVec c = MultiplyThenAdd(z, Constant(58.7647247f), -85.4282379f);
  c = MultiplyThenAdd(z, c, 64.9391708f);
  c = MultiplyThenAdd(z, c, -19.7392082f);
  c = MultiplyThenAdd(z, c, 1.0f);
  // Quarter turns: (c, s), (-s, c), (-c, -s), (s, -c).
  const auto odd = hn::RebindMask(kTag, hn::TestBit(q, hn::Set(kInts, 1)));
  const auto two = hn::Set(kInts, 2);
  const auto cosine_sign = hn::ShiftLeft<30>(hn::And(hn::Add(q, hn::Set(kInts, 1)), two));
  const auto sine_sign = hn::ShiftLeft<30>(hn::And(q, two));
  return {hn::Xor(hn::IfThenElse(odd, s, c), hn::BitCast(kTag, cosine_sign)),
          hn::Xor(hn::IfThenElse(odd, c, s), hn::BitCast(kTag, sine_sign))};
}

HWY_INLINE Pair NormalPair(WordVec first, WordVec second) {
  const FloatVec radius = Radius(hn::Add(Upper24(first), hn::Set(kInts, 1)));
  const Pair on_circle = CosineAndSine(Upper24(second));
  return {hn::Mul(radius, on_circle.cosine), hn::Mul(radius, on_circle.sine)};
}

void Normal(const RandomStream& stream, float mean, float deviation, float* y, int64_t count) {
  const auto fill = [](const Words& words, float* numbers) {
    const Pair a = NormalPair(words.w[0], words.w[1]), b = NormalPair(words.w[2], words.w[3]);
    hn::StoreInterleaved4(a.cosine, a.sine, b.cosine, b.sine, kTag, numbers);
  };
  const auto place = [&](const float* numbers, int64_t at, int64_t part) {
    ForVectors(part, [&](int64_t k, size_t lanes) {
      const FloatVec scaled = hn::Mul(Constant(deviation), Load(numbers + k, lanes));
      Store(hn::Add(scaled, Constant(mean)), y + at + k, lanes);
    });
  };
  ForNumbers(stream, count, fill, place);
}

constexpr RandomKernels kKernels = {&Dropout, &Uniform, &Normal};

}  // namespace

const RandomKernels& GetRandomKernels() { return kKernels; }

}  // namespace nrnn::cpu::NRNN_TARGET
