// The C interface of elementwise operations and strided copies.
#include <limits>

#include "api/guard.h"

using nrnn::Arguments;
using nrnn::CheckedProduct;
using nrnn::Guard;
using nrnn::LengthOf;
using nrnn::Require;
using nrnn::RequireRange;

namespace {

nrnn_unary_op UnaryOp(int32_t op) {
  RequireRange("op", op, NRNN_UNARY_NEGATE, NRNN_UNARY_GELU);
  return static_cast<nrnn_unary_op>(op);
}

// Checks the sizes of a shape; returns the number of its elements.
int64_t ElementCount(int32_t rank, const int64_t* sizes) {
  RequireRange("rank", rank, 0, nrnn::kMaxRank);
  int64_t count = 1;
  for (int32_t axis = 0; axis < rank; ++axis) {
    Require(sizes[axis] >= 0, "sizes[", axis, "] is ", sizes[axis], ", must not be negative");
    count = CheckedProduct(count, sizes[axis]);
  }
  return count;
}

// Elements offset + i . strides, for all indices i of a shape that is not empty.
struct StridedView {
  const char* name;
  int32_t rank;
  const int64_t* sizes;
  const int64_t* strides;
  int64_t offset;
};

// *position += count * stride, count at least 0. False, and nothing changed, where 64 bits don't
// hold it.
bool Advance(int64_t count, int64_t stride, int64_t* position) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  if (stride < -kMost) return count == 0;
  const int64_t length = stride < 0 ? -stride : stride;
  if (length != 0 && count > kMost / length) return false;
  const int64_t extent = count * stride;
  if (extent < 0 ? *position < -kMost - extent : *position > kMost - extent) return false;
  *position += extent;
  return true;
}

// Throws unless every element of the view lies inside a buffer of length elements.
void RequireInside(const StridedView& view, int64_t length) {
  int64_t low = view.offset, high = view.offset;
  bool overflow = false;
  for (int32_t axis = 0; axis < view.rank; ++axis) {
    int64_t& end = view.strides[axis] < 0 ? low : high;
    overflow |= !Advance(view.sizes[axis] - 1, view.strides[axis], &end);
  }
  Require(!overflow, view.name, ": sizes times strides overflow 64 bits");
  Require(low >= 0 && high < length, view.name, " needs elements ", low, "..", high,
          ", its buffer holds ", length);
}

bool IsDense(const nrnn_binary_args& args, const int64_t* strides) {
  int64_t dense = 1;
  for (int32_t axis = args.rank - 1; axis >= 0; --axis) {
    if (args.sizes[axis] != 1 && strides[axis] != dense) return false;
    dense *= args.sizes[axis];
  }
  return true;
}

struct Operands {
  const float* x;
  float* y;
};

// An operand of nrnn_binary and the result, which may be the same buffer if the operand is dense.
Operands UnwrapBinary(const nrnn_binary_args& args, const char* name, const nrnn_buffer* operand,
                      const int64_t* strides, int64_t count) {
  Arguments buffers;
  const float* x = buffers.In(name, operand, LengthOf(name, operand));
  if (count > 0) RequireInside({name, args.rank, args.sizes, strides, 0}, operand->length);
  return {x, IsDense(args, strides) ? buffers.OutInPlace("y", args.y, count)
                                    : buffers.Out("y", args.y, count)};
}

}  // namespace

nrnn_status nrnn_unary_forward(int32_t op, const nrnn_buffer* x, nrnn_buffer* y) {
  return Guard("nrnn_unary_forward", [&] {
    const nrnn_unary_op unary = UnaryOp(op);
    const int64_t length = LengthOf("x", x);
    Arguments buffers;
    const float* from = buffers.In("x", x, length);
    float* to = buffers.OutInPlace("y", y, length);
    buffers.backend().UnaryForward(unary, length, from, to);
  });
}

nrnn_status nrnn_unary_backward(int32_t op, const nrnn_buffer* x, const nrnn_buffer* y,
                                const nrnn_buffer* dy, nrnn_buffer* dx) {
  return Guard("nrnn_unary_backward", [&] {
    const nrnn_unary_op unary = UnaryOp(op);
    const int64_t length = LengthOf("x", x);
    Arguments buffers, gradients;  // dx may be dy, but not x or y
    const float* forward_x = buffers.In("x", x, length);
    const float* forward_y = buffers.In("y", y, length);
    const float* from = gradients.In("dy", dy, length);
    buffers.Out("dx", dx, length);
    float* to = gradients.OutInPlace("dx", dx, length);
    buffers.backend().UnaryBackward(unary, length, forward_x, forward_y, from, to);
  });
}

nrnn_status nrnn_affine(const nrnn_buffer* x, float scale, float shift, nrnn_buffer* y) {
  return Guard("nrnn_affine", [&] {
    const int64_t length = LengthOf("x", x);
    Arguments buffers;
    const float* from = buffers.In("x", x, length);
    float* to = buffers.OutInPlace("y", y, length);
    buffers.backend().Affine(length, from, scale, shift, to);
  });
}

nrnn_status nrnn_binary(const nrnn_binary_args* args) {
  return Guard("nrnn_binary", [&] {
    Require(args != nullptr, "args is null");
    RequireRange("op", args->op, NRNN_BINARY_ADD, NRNN_BINARY_EQUAL);
    const int64_t count = ElementCount(args->rank, args->sizes);
    const Operands a = UnwrapBinary(*args, "a", args->a, args->a_strides, count);
    const Operands b = UnwrapBinary(*args, "b", args->b, args->b_strides, count);
    nrnn::BinaryArgs binary{};
    binary.op = static_cast<nrnn_binary_op>(args->op);
    binary.rank = args->rank;
    for (int32_t axis = 0; axis < args->rank; ++axis) {
      binary.sizes[axis] = args->sizes[axis];
      binary.a_strides[axis] = args->a_strides[axis];
      binary.b_strides[axis] = args->b_strides[axis];
    }
    binary.a = a.x;
    binary.b = b.x;
    binary.y = a.y;
    args->y->backend->Binary(binary);
  });
}

nrnn_status nrnn_copy_strided(const nrnn_copy_args* args) {
  return Guard("nrnn_copy_strided", [&] {
    Require(args != nullptr, "args is null");
    RequireRange("accumulate", args->accumulate, 0, 1);
    const int32_t rank = args->rank;
    const int64_t count = ElementCount(rank, args->sizes);
    Arguments buffers;
    const float* source = buffers.In("source", args->source, LengthOf("source", args->source));
    float* destination =
        buffers.Out("destination", args->destination, LengthOf("destination", args->destination));
    if (count == 0) return;
    RequireInside({"source", rank, args->sizes, args->source_strides, args->source_offset},
                  args->source->length);
    RequireInside(
        {"destination", rank, args->sizes, args->destination_strides, args->destination_offset},
        args->destination->length);
    nrnn::CopyArgs copy{};
    copy.rank = rank;
    copy.accumulate = args->accumulate != 0;
    for (int32_t axis = 0; axis < rank; ++axis) {
      copy.sizes[axis] = args->sizes[axis];
      copy.source_strides[axis] = args->source_strides[axis];
      copy.destination_strides[axis] = args->destination_strides[axis];
    }
    copy.source = source + args->source_offset;
    copy.destination = destination + args->destination_offset;
    buffers.backend().CopyStrided(copy);
  });
}

nrnn_status nrnn_where(const nrnn_buffer* condition, const nrnn_buffer* a, const nrnn_buffer* b,
                       nrnn_buffer* y) {
  return Guard("nrnn_where", [&] {
    const int64_t length = LengthOf("condition", condition);
    Arguments buffers;
    const float* test = buffers.In("condition", condition, length);
    const float* left = buffers.In("a", a, length);
    const float* right = buffers.In("b", b, length);
    float* to = buffers.Out("y", y, length);
    buffers.backend().Where(length, test, left, right, to);
  });
}
