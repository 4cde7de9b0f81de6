// Wrong calls of matrix products, linear layers and embeddings.
#include <gtest/gtest.h>

#include "abi_wrong_calls.h"

namespace nrnn::test {
namespace {

// Everything 2 x 3, 3 x 4 and 2 x 4.
struct World {
  Outputs outputs;
  Device device{1}, other{1};
  Buffer a{device, 6}, b{device, 12}, bias{device, 4}, short_floats{device, 5};
  Buffer elsewhere{other, 6}, integers{device, 6, NRNN_DTYPE_INT32};
  Buffer indices{device, std::vector<int32_t>{1, 0}};
  nrnn_gemm_args gemm = {1, 2, 4, 3, 0, 0, 0, 0, 0, a.get(), b.get(), outputs.Add(device, 8)};
  nrnn_linear_args linear = {2, 3, 4, a.get(), b.get(), bias.get(), outputs.Add(device, 8)};
  Buffer dy{device, 8};
  nrnn_linear_backward_args backward = {2,
                                        3,
                                        4,
                                        a.get(),
                                        b.get(),
                                        dy.get(),
                                        outputs.Add(device, 6),
                                        outputs.Add(device, 12),
                                        outputs.Add(device, 4)};
  nrnn_embedding_args embedding = {2, 2, 3, -1, a.get(), indices.get(), outputs.Add(device, 6)};
  Buffer embedding_dy{device, 6};

  nrnn_status Gemm() { return nrnn_gemm(device.get(), &gemm); }
  nrnn_status Linear() { return nrnn_linear_forward(device.get(), &linear); }
  nrnn_status LinearBackward() { return nrnn_linear_backward(device.get(), &backward); }
  nrnn_status Embedding() { return nrnn_embedding_forward(device.get(), &embedding); }
  nrnn_status EmbeddingBackward() {
    if (embedding.table == a.get()) embedding.table = outputs.Add(device, 6);
    embedding.y = embedding_dy.get();
    return nrnn_embedding_backward(device.get(), &embedding);
  }
  nrnn_status EmbeddingOf(std::vector<int32_t> tokens, bool backward_pass) {
    const Buffer of(device, tokens);
    embedding.indices = of.get();
    return backward_pass ? EmbeddingBackward() : Embedding();
  }
};

using W = World;

const WrongCall<World> kCalls[] = {
    {"GemmRight", "nrnn_gemm", [](W& w) { return w.Gemm(); }, nullptr},
    {"GemmDeviceNull", "nrnn_gemm", [](W& w) { return nrnn_gemm(nullptr, &w.gemm); }, "device"},
    {"GemmArgsNull", "nrnn_gemm", [](W& w) { return nrnn_gemm(w.device.get(), nullptr); }, "args"},
    {"GemmBatch", "nrnn_gemm", [](W& w) { return w.gemm.batch = -1, w.Gemm(); }, "batch"},
    {"GemmM", "nrnn_gemm", [](W& w) { return w.gemm.m = -2, w.Gemm(); }, "m is"},
    {"GemmN", "nrnn_gemm", [](W& w) { return w.gemm.n = int64_t{1} << 31, w.Gemm(); }, "n is"},
    {"GemmK", "nrnn_gemm", [](W& w) { return w.gemm.k = -1, w.Gemm(); }, "k is"},
    {"GemmTransposeA", "nrnn_gemm", [](W& w) { return w.gemm.transpose_a = 2, w.Gemm(); },
     "transpose_a"},
    {"GemmShareB", "nrnn_gemm", [](W& w) { return w.gemm.share_b = -1, w.Gemm(); }, "share_b"},
    {"GemmAccumulate", "nrnn_gemm", [](W& w) { return w.gemm.accumulate = 3, w.Gemm(); },
     "accumulate"},
    {"GemmANull", "nrnn_gemm", [](W& w) { return w.gemm.a = nullptr, w.Gemm(); }, "a is null"},
    {"GemmBShort", "nrnn_gemm", [](W& w) { return w.gemm.b = w.short_floats.get(), w.Gemm(); },
     "b holds 5"},
    {"GemmAElsewhere", "nrnn_gemm", [](W& w) { return w.gemm.a = w.elsewhere.get(), w.Gemm(); },
     "a is on another device"},
    {"GemmDeviceElsewhere", "nrnn_gemm", [](W& w) { return nrnn_gemm(w.other.get(), &w.gemm); },
     "a is on another device"},
    {"GemmCIsPartOfB", "nrnn_gemm",
     [](W& w) {
       const Buffer part = w.b.Slice(4, 8);
       return w.gemm.c = part.get(), w.Gemm();
     },
     "c overlaps b"},
    {"GemmSizesOverflow", "nrnn_gemm",
     [](W& w) {
       w.gemm.batch = w.gemm.m = w.gemm.n = w.gemm.k = INT32_MAX;
       return w.Gemm();
     },
     "sizes"},
    {"LinearRight", "nrnn_linear_forward", [](W& w) { return w.Linear(); }, nullptr},
    {"LinearDeviceNull", "nrnn_linear_forward",
     [](W& w) { return nrnn_linear_forward(nullptr, &w.linear); }, "device"},
    {"LinearArgsNull", "nrnn_linear_forward",
     [](W& w) { return nrnn_linear_forward(w.device.get(), nullptr); }, "args"},
    {"LinearRows", "nrnn_linear_forward", [](W& w) { return w.linear.rows = -1, w.Linear(); },
     "rows"},
    {"LinearXIntegers", "nrnn_linear_forward",
     [](W& w) { return w.linear.x = w.integers.get(), w.Linear(); }, "x holds int32"},
    {"LinearWeightNull", "nrnn_linear_forward",
     [](W& w) { return w.linear.weight = nullptr, w.Linear(); }, "weight"},
    {"LinearBiasLength", "nrnn_linear_forward",
     [](W& w) { return w.linear.bias = w.short_floats.get(), w.Linear(); }, "bias"},
    {"LinearYNull", "nrnn_linear_forward", [](W& w) { return w.linear.y = nullptr, w.Linear(); },
     "y is null"},
    {"LinearBackwardRight", "nrnn_linear_backward", [](W& w) { return w.LinearBackward(); },
     nullptr},
    {"LinearBackwardDyNull", "nrnn_linear_backward",
     [](W& w) { return w.backward.dy = nullptr, w.LinearBackward(); }, "dy is null"},
    {"LinearBackwardDxIsX", "nrnn_linear_backward",
     [](W& w) { return w.backward.dx = w.a.get(), w.LinearBackward(); }, "dx overlaps x"},
    {"LinearBackwardDweightLength", "nrnn_linear_backward",
     [](W& w) { return w.backward.dweight = w.short_floats.get(), w.LinearBackward(); }, "dweight"},
    {"LinearBackwardDbiasElsewhere", "nrnn_linear_backward",
     [](W& w) { return w.backward.dbias = w.outputs.Add(w.other, 4), w.LinearBackward(); },
     "dbias"},
    {"EmbeddingRight", "nrnn_embedding_forward", [](W& w) { return w.Embedding(); }, nullptr},
    {"EmbeddingArgsNull", "nrnn_embedding_forward",
     [](W& w) { return nrnn_embedding_forward(w.device.get(), nullptr); }, "args"},
    {"EmbeddingVocabulary", "nrnn_embedding_forward",
     [](W& w) { return w.embedding.vocabulary = -1, w.Embedding(); }, "vocabulary"},
    {"EmbeddingTableNull", "nrnn_embedding_forward",
     [](W& w) { return w.embedding.table = nullptr, w.Embedding(); }, "table"},
    {"EmbeddingIndicesFloats", "nrnn_embedding_forward",
     [](W& w) { return w.embedding.indices = w.short_floats.get(), w.Embedding(); }, "indices"},
    {"EmbeddingIndexAbove", "nrnn_embedding_forward",
     [](W& w) {
       return w.EmbeddingOf({0, 2}, false);
     },
     "indices", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"EmbeddingIndexNegative", "nrnn_embedding_forward",
     [](W& w) {
       return w.EmbeddingOf({-1, 0}, false);
     },
     "indices", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"EmbeddingBackwardRight", "nrnn_embedding_backward",
     [](W& w) { return w.EmbeddingBackward(); }, nullptr},
    {"EmbeddingBackwardIndexAbove", "nrnn_embedding_backward",
     [](W& w) {
       return w.EmbeddingOf({2, 0}, true);
     },
     "indices", NRNN_INVALID_ARGUMENT, Found::kInContents},
    {"EmbeddingBackwardTableShort", "nrnn_embedding_backward",
     [](W& w) { return w.embedding.table = w.short_floats.get(), w.EmbeddingBackward(); }, "table"},
};
NRNN_TEST_WRONG_CALLS(AbiDense, World, kCalls);

}  // namespace
}  // namespace nrnn::test
