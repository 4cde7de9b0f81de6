// The unwinder of GCC 12 and later that is linked in asks the system for the exception tables of an
// address by _dl_find_object, which came with glibc 2.35 in 2022. It finds this function of the
// same contract instead, so that the library loads on older systems: slower by a walk over the
// loaded libraries for each frame of an exception, which here is an error path.
#include <dlfcn.h>

#if defined(DLFO_EH_SEGMENT_TYPE)

#include <link.h>

#include <cstdint>

namespace {

struct Search {
  uintptr_t address;
  dl_find_object* result;
};

// Fills in the result and returns 1 where the address lies in a segment of the object.
int LookInto(dl_phdr_info* object, size_t, void* data) {
  const Search& search = *static_cast<const Search*>(data);
  void* tables = nullptr;
  bool contains = false;
  for (int k = 0; k < object->dlpi_phnum; ++k) {
    const auto& segment = object->dlpi_phdr[k];
    const uintptr_t start = object->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == DLFO_EH_SEGMENT_TYPE) tables = reinterpret_cast<void*>(start);
    if (segment.p_type != PT_LOAD || search.address - start >= segment.p_memsz) continue;
    contains = true;
    search.result->dlfo_map_start = reinterpret_cast<void*>(start);
    search.result->dlfo_map_end = reinterpret_cast<void*>(start + segment.p_memsz);
  }
  if (!contains || tables == nullptr) return 0;
  search.result->dlfo_eh_frame = tables;
  return 1;
}

}  // namespace

// 0 and the result, or -1 where no loaded object has the address.
extern "C" int _dl_find_object(void* address, dl_find_object* result) noexcept {
  *result = {};
  Search search = {reinterpret_cast<uintptr_t>(address), result};
  return dl_iterate_phdr(LookInto, &search) == 1 ? 0 : -1;
}

#endif
