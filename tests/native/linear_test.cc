// Linear layers and embeddings against the reference.
#include <gtest/gtest.h>

#include "fixture.h"
#include "numbers.h"
#include "reference/dense.h"
#include "selection.h"

namespace nrnn::test {
namespace {

using reference::LinearShape;

struct LinearResults {
  std::vector<float> y, dx, dweight, dbias;
};

struct LinearInputs {
  LinearInputs(const LinearShape& shape, bool with_bias) {
    Numbers numbers(static_cast<uint64_t>(shape.rows * 71 + shape.input * 73 + shape.output));
    x = numbers.Reals(shape.rows * shape.input);
    weight = numbers.Reals(shape.output * shape.input);
    if (with_bias) bias = numbers.Reals(shape.output);
    dy = numbers.Reals(shape.rows * shape.output);
    dweight_before = numbers.Reals(shape.output * shape.input);
    dbias_before = numbers.Reals(shape.output);
  }
  std::vector<double> x, weight, bias, dy, dweight_before, dbias_before;
};

LinearResults RunLinear(const Device& device, const LinearShape& shape, const LinearInputs& in) {
  const Buffer x(device, in.x), weight(device, in.weight), dy(device, in.dy);
  const Buffer bias = Buffer::OrNone(device, in.bias);
  const Buffer y = Buffer::Unwritten(device, shape.rows * shape.output);
  const Buffer dx = Buffer::Unwritten(device, shape.rows * shape.input);
  const Buffer dweight(device, in.dweight_before), dbias(device, in.dbias_before);
  const nrnn_linear_args forward = {shape.rows,   shape.input, shape.output, x.get(),
                                    weight.get(), bias.get(),  y.get()};
  Check(nrnn_linear_forward(device.get(), &forward));
  const nrnn_linear_backward_args backward = {shape.rows, shape.input,   shape.output,
                                              x.get(),    weight.get(),  dy.get(),
                                              dx.get(),   dweight.get(), dbias.get()};
  Check(nrnn_linear_backward(device.get(), &backward));
  return {y.Read(), dx.Read(), dweight.Read(), dbias.Read()};
}

void Add(const std::vector<double>& more, std::vector<double>& to) {
  for (size_t k = 0; k < to.size(); ++k) to[k] += more[k];
}

class Linear : public testing::TestWithParam<int32_t> {
 protected:
  static void CheckShape(const std::vector<Device>& devices, const LinearShape& shape, bool bias) {
    const std::string name = "rows" + std::to_string(shape.rows) + "_I" +
                             std::to_string(shape.input) + "_O" + std::to_string(shape.output) +
                             (bias ? "" : "_nobias");
    if (!Selected(name)) return;
    const std::string repro = Repro(name);
    const LinearInputs in(shape, bias);
    const auto one = RunLinear(devices[0], shape, in);
    const auto y = reference::LinearForward(shape, in.x, in.weight, in.bias);
    auto want = reference::LinearBackward(shape, in.x, in.weight, in.dy);
    Add(in.dweight_before, want.dweight);
    Add(in.dbias_before, want.dbias);
    // terms: the products of an element, and its bias or what it held before.
    const auto rows = static_cast<double>(shape.rows + 1);
    const auto input = static_cast<double>(shape.input + 1);
    const auto output = static_cast<double>(shape.output);
    ASSERT_TRUE(Near(one.y, y, SumTolerance(input, y), repro + " y"));
    ASSERT_TRUE(Near(one.dx, want.dx, SumTolerance(output, want.dx), repro + " dx"));
    ASSERT_TRUE(Near(one.dweight, want.dweight, SumTolerance(rows, want.dweight), repro + " dw"));
    ASSERT_TRUE(Near(one.dbias, want.dbias, SumTolerance(rows, want.dbias), repro + " dbias"));
    for (size_t k = 1; k < devices.size(); ++k) {
      const auto more = RunLinear(devices[k], shape, in);
      ASSERT_TRUE(SameBits(more.y, one.y, repro + " y"));
      ASSERT_TRUE(SameBits(more.dx, one.dx, repro + " dx"));
      ASSERT_TRUE(SameBits(more.dweight, one.dweight, repro + " dweight"));
      ASSERT_TRUE(SameBits(more.dbias, one.dbias, repro + " dbias"));
    }
  }

  static std::vector<Device> Devices() {
    std::vector<Device> devices;
    for (const int32_t threads : {1, 2, 3}) devices.emplace_back(threads, GetParam());
    return devices;
  }
};

TEST_P(Linear, EverySizeMatchesReference) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const auto devices = Devices();
  for (int64_t size = 1; size <= 70; size += SweepStride()) {
    CheckShape(devices, {size, 9, 13}, size % 2 == 0);
    CheckShape(devices, {7, size, 11}, size % 2 == 1);
    CheckShape(devices, {5, 17, size}, size % 2 == 0);
    CheckShape(devices, {size, 71 - size, size}, true);
  }
  CheckShape(devices, {0, 3, 4}, true);
  CheckShape(devices, {701, 65, 130}, true);
  CheckShape(devices, {1, 300, 257}, true);
}

TEST_P(Linear, EachGradientMayBeLeftOut) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  const Device device(2, GetParam());
  const LinearShape shape = {21, 18, 35};
  const LinearInputs in(shape, true);
  const auto all = RunLinear(device, shape, in);
  const Buffer x(device, in.x), weight(device, in.weight), dy(device, in.dy);
  const Buffer dx = Buffer::Unwritten(device, 21 * 18);
  const Buffer dweight(device, in.dweight_before), dbias(device, in.dbias_before);
  nrnn_buffer* const wanted[][3] = {{dx.get(), nullptr, nullptr},
                                    {nullptr, dweight.get(), nullptr},
                                    {nullptr, nullptr, dbias.get()},
                                    {nullptr, nullptr, nullptr}};
  for (const auto& some : wanted) {
    const nrnn_linear_backward_args args = {21,       18,      35,      x.get(), weight.get(),
                                            dy.get(), some[0], some[1], some[2]};
    Check(nrnn_linear_backward(device.get(), &args));
  }
  EXPECT_TRUE(SameBits(dx.Read(), all.dx, "dx"));
  EXPECT_TRUE(SameBits(dweight.Read(), all.dweight, "dweight"));
  EXPECT_TRUE(SameBits(dbias.Read(), all.dbias, "dbias"));
}

TEST_P(Linear, EmbeddingMatchesReference) {
  NRNN_SKIP_UNLESS_RUNS(GetParam());
  for (const int32_t threads : {1, 2, 3}) {
    const Device device(threads, GetParam());
    for (int64_t size = 1; size <= 70; size += SweepStride()) {
      Numbers numbers(static_cast<uint64_t>(size));
      const int64_t rows = 1 + (size * 37) % 101, vocabulary = 1 + size % 23;
      const auto values = numbers.Reals(vocabulary * size), dy = numbers.Reals(rows * size);
      std::vector<int32_t> tokens(static_cast<size_t>(rows));
      for (int32_t& token : tokens) {
        token = static_cast<int32_t>(numbers.Integer(0, vocabulary - 1));
      }
      const int64_t padding = size % 3 == 0 ? tokens[0] : -1;
      const Buffer table(device, values), indices(device, tokens), gradient(device, values);
      const Buffer y = Buffer::Unwritten(device, rows * size), dy_buffer(device, dy);
      nrnn_embedding_args args = {rows,        vocabulary,    size,   padding,
                                  table.get(), indices.get(), y.get()};
      Check(nrnn_embedding_forward(device.get(), &args));
      EXPECT_TRUE(Same(y.Read(), reference::EmbeddingForward(size, values, tokens), "y"));
      args.table = gradient.get();
      args.y = dy_buffer.get();
      Check(nrnn_embedding_backward(device.get(), &args));
      auto want = Floats(values);
      reference::EmbeddingBackward(size, padding, Floats(dy), tokens, want);
      const std::string what = "dtable of dimension " + std::to_string(size);
      if (device.IsGpu()) {  // which adds parts of the rows first
        const auto terms = static_cast<double>(rows + 1);
        EXPECT_TRUE(Near(gradient.Read(), Doubles(want), SumTolerance(terms, Doubles(want)), what));
      } else {  // rows are added in order, so float arithmetic gives these very bits
        EXPECT_TRUE(SameBits(gradient.Read(), want, what));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Linear, testing::ValuesIn(Targets()),
                         [](const auto& target) { return TargetName(target.param); });

}  // namespace
}  // namespace nrnn::test
