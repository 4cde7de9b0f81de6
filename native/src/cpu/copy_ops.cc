// Strided copies of the CPU backend, which are slices, concatenations, transpositions and sums over
// axes.
//
// A region is brought to as few axes as possible, its smallest destination stride innermost, and
// goes plane by plane. Sums over axes run in double and are split over the elements of the
// destination; a sum to one element is split into runs of kSumGrain, added in order.
#include <algorithm>
#include <vector>

#include "core/strides.h"
#include "cpu/cpu_backend.h"
#include "cpu/elementwise.h"

namespace nrnn::cpu {
namespace {

// Elements of a task: some 5 to 20 microseconds, several times what waking a thread takes.
constexpr int64_t kGrain = 16384;
constexpr int64_t kSumGrain = 65536;
// Columns summed side by side: 2 KiB of doubles.
constexpr int64_t kSumColumns = 256;

struct Copy {
  ThreadPool& pool;
  void (*plane)(const PlaneArgs& args);
  const float* source;
  float* destination;
};

// In the order of the indices, where several of them may name the same element.
void CopyInOrder(const Copy& copy, const Region& region) {
  const int last = region.rank - 1;
  const int64_t rows = region.Count(last);
  Odometer at(region, last, 0);
  for (int64_t row = 0; row < rows; ++row, at.Next()) {
    copy.plane({1, region.sizes[last], 0, region.first[last], 0, region.second[last],
                copy.source + at.first(), copy.destination + at.second()});
  }
}

// Planes of the last two axes, from row begin to row end of all planes one after the other.
void CopyRows(const Copy& copy, const Region& region, int64_t begin, int64_t end) {
  const int row = region.rank - 2, column = region.rank - 1;
  Odometer at(region, row, begin / region.sizes[row]);
  while (begin < end) {
    const int64_t r = begin % region.sizes[row];
    const int64_t rows = std::min(region.sizes[row] - r, end - begin);
    copy.plane({rows, region.sizes[column], region.first[row], region.first[column],
                region.second[row], region.second[column],
                copy.source + at.first() + r * region.first[row],
                copy.destination + at.second() + r * region.second[row]});
    begin += rows;
    at.Next();
  }
}

void CopyRegion(const Copy& copy, const Region& given) {
  Region region = SortedByDestination(given);
  if (!IsDisjoint(region)) {
    CopyInOrder(copy, given);
    return;
  }
  region = region.Merged();
  while (region.rank < 2) {
    region.Append(1, 0, 0);
    MoveAxis(region, region.rank - 1, 0);
  }
  const int row = region.rank - 2, column = region.rank - 1;
  if (region.first[column] != 1) {
    const int nearest = NearestAxis(region);
    if (nearest < row) MoveAxis(region, nearest, row);
  }
  const int64_t rows = region.Count(column), columns = region.sizes[column];
  if (rows > 1) {
    const int64_t blocks =
        (kGrain / columns + 15) / 16;  // of 16 rows, those of a transposing kernel
    copy.pool.For(rows, std::max<int64_t>(blocks, 1) * 16,
                  [&](int64_t begin, int64_t end) { CopyRows(copy, region, begin, end); });
    return;
  }
  copy.pool.For(columns, kGrain, [&](int64_t begin, int64_t end) {
    copy.plane({1, end - begin, 0, region.first[column], 0, region.second[column],
                copy.source + begin * region.first[column],
                copy.destination + begin * region.second[column]});
  });
}

void AddTo(double sum, float* destination) {
  *destination = static_cast<float>(static_cast<double>(*destination) + sum);
}

// destination[kept] += the sum of source[kept + reduced] over all indices of reduced.
struct Reduction {
  ThreadPool& pool;
  const ElementwiseKernels& kernels;
  Region kept, reduced;
  const float* source;
  float* destination;
};

double SumAll(const Reduction& sum, const float* source) {
  const int last = sum.reduced.rank - 1;
  const int64_t runs = sum.reduced.Count(last);
  Odometer at(sum.reduced, last, 0);
  double total = 0.0;
  for (int64_t run = 0; run < runs; ++run, at.Next()) {
    total += sum.kernels.sum(source + at.first(), sum.reduced.first[last], sum.reduced.sizes[last]);
  }
  return total;
}

// Everything to one element, in runs of the last axis.
void SumToOne(const Reduction& sum) {
  const int last = sum.reduced.rank - 1;
  const int64_t length = sum.reduced.sizes[last], stride = sum.reduced.first[last];
  // Kept by the caller's thread, so that calls which repeat allocate nothing.
  thread_local std::vector<double> kept;
  kept.assign(static_cast<size_t>((length + kSumGrain - 1) / kSumGrain), 0.0);
  double* const partial = kept.data();
  const int64_t runs = sum.reduced.Count(last);
  sum.pool.For(length, kSumGrain, [&](int64_t begin, int64_t end) {
    Odometer at(sum.reduced, last, 0);
    double total = 0.0;
    for (int64_t run = 0; run < runs; ++run, at.Next()) {
      total += sum.kernels.sum(sum.source + at.first() + begin * stride, stride, end - begin);
    }
    partial[begin / kSumGrain] = total;
  });
  double total = 0.0;
  for (const double part : kept) total += part;
  AddTo(total, sum.destination);
}

// Each element of the destination by itself: its terms lie closest together.
void SumElements(const Reduction& sum, int64_t begin, int64_t end) {
  Odometer at(sum.kept, sum.kept.rank, begin);
  for (int64_t element = begin; element < end; ++element, at.Next()) {
    AddTo(SumAll(sum, sum.source + at.first()), sum.destination + at.second());
  }
}

// Runs of kSumColumns elements of the destination side by side: theirs are the terms that lie
// closest together.
void SumColumns(const Reduction& sum, int64_t begin, int64_t end) {
  const int column = sum.kept.rank - 1;
  const int64_t columns = sum.kept.sizes[column], terms = sum.reduced.Count(sum.reduced.rank);
  const int64_t runs = (columns + kSumColumns - 1) / kSumColumns;
  for (int64_t task = begin; task < end; ++task) {
    const Odometer row(sum.kept, column, task / runs);
    const int64_t first = task % runs * kSumColumns, count = std::min(kSumColumns, columns - first);
    const float* source = sum.source + row.first() + first * sum.kept.first[column];
    float* destination = sum.destination + row.second() + first * sum.kept.second[column];
    double sums[kSumColumns] = {};
    Odometer at(sum.reduced, sum.reduced.rank, 0);
    for (int64_t term = 0; term < terms; ++term, at.Next()) {
      sum.kernels.add_to_sums(source + at.first(), sum.kept.first[column], sums, count);
    }
    for (int64_t k = 0; k < count; ++k) AddTo(sums[k], destination + k * sum.kept.second[column]);
  }
}

void Reduce(Reduction& sum) {
  MoveAxis(sum.reduced, NearestAxis(sum.reduced), sum.reduced.rank - 1);
  if (sum.kept.rank == 0) {
    SumToOne(sum);
    return;
  }
  const int nearest = NearestAxis(sum.kept), column = sum.kept.rank - 1;
  const bool by_column =
      Magnitude(sum.kept.first[nearest]) < Magnitude(sum.reduced.first[sum.reduced.rank - 1]);
  if (by_column) MoveAxis(sum.kept, nearest, column);
  const int64_t terms = sum.reduced.Count(sum.reduced.rank);
  int64_t tasks = sum.kept.Count(sum.kept.rank), task_cost = terms;
  if (by_column) {
    const int64_t runs = (sum.kept.sizes[column] + kSumColumns - 1) / kSumColumns;
    tasks = sum.kept.Count(column) * runs;
    task_cost = terms * std::min(kSumColumns, sum.kept.sizes[column]);
  }
  const bool disjoint = IsDisjoint(SortedByDestination(sum.kept));
  const int64_t grain = disjoint ? std::max<int64_t>(kGrain / task_cost, 1) : tasks;
  sum.pool.For(tasks, grain, [&](int64_t begin, int64_t end) {
    if (by_column) {
      SumColumns(sum, begin, end);
    } else {
      SumElements(sum, begin, end);
    }
  });
}

}  // namespace

void CpuBackend::CopyStrided(const CopyArgs& args) {
  const ElementwiseKernels& kernels = *kernels_.elementwise;
  Reduction sum{pool_, kernels, {}, {}, args.source, args.destination};
  for (int axis = 0; axis < args.rank; ++axis) {
    const int64_t size = args.sizes[axis], stride = args.source_strides[axis];
    if (size == 0) return;
    if (size == 1) continue;
    if (args.destination_strides[axis] != 0) {
      sum.kept.Append(size, stride, args.destination_strides[axis]);
    } else if (args.accumulate) {
      sum.reduced.Append(size, stride, 0);
    } else {
      sum.source += (size - 1) * stride;  // the last one written stays
    }
  }
  sum.kept = sum.kept.Merged();
  sum.reduced = sum.reduced.Merged();
  if (sum.reduced.rank > 0) {
    Reduce(sum);
    return;
  }
  if (sum.kept.rank == 0) sum.kept.Append(1, 1, 1);
  CopyRegion({pool_, args.accumulate ? kernels.add_plane : kernels.copy_plane, sum.source,
              sum.destination},
             sum.kept);
}

}  // namespace nrnn::cpu
