// Counts what is allocated while it is asked to, by any thread of this program and by the library.
#ifndef NATIVERNN_TESTS_ALLOCATIONS_H_
#define NATIVERNN_TESTS_ALLOCATIONS_H_

#include <cstdint>

namespace nrnn::test {

// Whether this build can count: sanitizers have an allocator of their own.
bool AllocationsAreCounted();

// Counts from its construction on.
class AllocationCounter {
 public:
  AllocationCounter();
  ~AllocationCounter();
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;
  int64_t count() const;
};

}  // namespace nrnn::test

#endif  // NATIVERNN_TESTS_ALLOCATIONS_H_
