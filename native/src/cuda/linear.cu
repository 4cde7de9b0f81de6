// Linear layers: y = x W' + bias, dx = dy W, dW += dy' x, dbias += the sum of dy's rows. W: [O,I].
#include "core/ops.h"
#include "cuda/column_sums.h"
#include "cuda/gemm.h"

namespace nrnn::cuda {

void CudaBackend::LinearForward(const LinearArgs& args) {
  ProductArgs product = DenseProduct(args.rows, args.output, args.input, false, true, precision());
  product.a = args.x;
  product.b = args.weight;
  product.c = args.y;
  product.bias = args.bias;
  Product(*this, product, stream());
}

void CudaBackend::LinearBackward(const LinearBackwardArgs& args) {
  if (args.dx != nullptr) {
    ProductArgs product =
        DenseProduct(args.rows, args.input, args.output, false, false, GradientPrecision(*this));
    product.a = args.dy;
    product.b = args.weight;
    product.c = args.dx;
    Product(*this, product, stream());
  }
  if (args.dweight != nullptr) {
    ProductArgs product =
        DenseProduct(args.output, args.input, args.rows, true, false, GradientPrecision(*this));
    product.a = args.dy;
    product.b = args.x;
    product.c = args.dweight;
    product.accumulate = true;
    Product(*this, product, stream());
  }
  if (args.dbias != nullptr) {
    AddColumnSums(*this, {args.rows, args.output, args.dy, args.output, args.dbias}, stream());
  }
}

}  // namespace nrnn::cuda
