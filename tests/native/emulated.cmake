# What is tested on an emulated GPU.

# The GPU's backend over the emulator of simt/: every source but runtime.cu as plain C++, in a library that nativernn opens in
# place of nativernn_cuda. For tests only.
file(GLOB emulated_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/native/src/cuda/*.cu
  ${PROJECT_SOURCE_DIR}/native/src/cuda/*.cc)
list(REMOVE_ITEM emulated_sources ${PROJECT_SOURCE_DIR}/native/src/cuda/runtime.cu)
set_source_files_properties(${emulated_sources} PROPERTIES LANGUAGE CXX)
add_library(nativernn_emulated OBJECT ${emulated_sources} simt/emulator.cc simt/fiber.cc simt/runtime.cc)
target_compile_definitions(nativernn_emulated PUBLIC NRNN_EMULATED)
# -O2: every thread of a GPU runs here. With sanitizers -O1: the recurrences take GCC three times as long at -O2.
set(emulated_optimisation -O2)
if(NATIVERNN_SANITIZE)
  set(emulated_optimisation -O1)
endif()
target_compile_options(nativernn_emulated PRIVATE ${emulated_optimisation} -ffp-contract=off)
target_include_directories(nativernn_emulated PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/native/include)
target_link_libraries(nativernn_emulated PUBLIC nativernn_core PRIVATE nativernn_warnings nativernn_sanitizers)
set_target_properties(nativernn_emulated PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                                    VISIBILITY_INLINES_HIDDEN ON)
add_library(nativernn_cuda_emulated SHARED $<TARGET_OBJECTS:nativernn_emulated>)
target_link_libraries(nativernn_cuda_emulated PRIVATE nativernn_sanitizers Threads::Threads ${CMAKE_DL_LIBS})
target_link_options(nativernn_cuda_emulated PRIVATE
  LINKER:--version-script=${PROJECT_SOURCE_DIR}/native/src/cuda/exports.map)
set_target_properties(nativernn_cuda_emulated PROPERTIES LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# The emulator itself, and what of the backend does not show through the C interface.
nativernn_test(simt_tests numbers.cc selection.cc
  simt/emulator_test.cc
  simt/memory_test.cc
  simt/strided_test.cc
  $<TARGET_OBJECTS:nativernn_emulated>)
target_compile_definitions(simt_tests PRIVATE NRNN_EMULATED)
target_include_directories(simt_tests PRIVATE ${PROJECT_SOURCE_DIR}/native/include)
target_link_libraries(simt_tests PRIVATE nativernn_core Threads::Threads ${CMAKE_DL_LIBS})

# How the library is found, and GPUs that fail.
add_library(nativernn_cuda_other_version MODULE simt/other_version.cc)
nativernn_test(cuda_loader_tests fixture.cc selection.cc simt/loader_test.cc)
nativernn_test(cuda_failure_tests fixture.cc selection.cc simt/failure_test.cc)
foreach(program cuda_loader_tests cuda_failure_tests)
  target_compile_definitions(${program} PRIVATE
    NATIVERNN_EMULATED_LIBRARY="$<TARGET_FILE:nativernn_cuda_emulated>"
    NATIVERNN_OTHER_VERSION_LIBRARY="$<TARGET_FILE:nativernn_cuda_other_version>"
    $<$<NOT:$<BOOL:${NATIVERNN_CPU_KERNELS}>>:NATIVERNN_NO_CPU_KERNELS>)
  target_link_libraries(${program} PRIVATE nativernn)
  add_dependencies(${program} nativernn_cuda_emulated nativernn_cuda_other_version)
endforeach()

# The same tests on a GPU: on the emulator under ctest; by hand on whatever NATIVERNN_CUDA_LIBRARY names, or on the machine's own.
nativernn_test(cuda_tests $<TARGET_OBJECTS:device_tests>
  TEST_PREFIX cuda. ENVIRONMENT NATIVERNN_CUDA_LIBRARY=$<TARGET_FILE:nativernn_cuda_emulated>)
target_compile_definitions(cuda_tests PRIVATE NATIVERNN_CUDA_TESTS NATIVERNN_SLOW)
target_link_libraries(cuda_tests PRIVATE nativernn)
add_dependencies(cuda_tests nativernn_cuda_emulated)

# Kernels and launchers themselves, on the emulator. fake_cublaslt stands for cuBLASLt.
add_library(fake_cublaslt SHARED simt/fake_cublaslt.cc)
target_link_libraries(fake_cublaslt PRIVATE nativernn_warnings nativernn_sanitizers)
nativernn_test(kernel_tests numbers.cc selection.cc simt/blas_test.cc simt/product_test.cc simt/tile_test.cc
  TEST_PREFIX kernels. ENVIRONMENT NATIVERNN_CUBLASLT=$<TARGET_FILE:fake_cublaslt>)
target_link_libraries(kernel_tests PRIVATE nativernn_emulated Threads::Threads ${CMAKE_DL_LIBS})
add_dependencies(kernel_tests fake_cublaslt)

# The recurrences of nativernn_cuda by their launchers, on the emulator: in every division over a GPU.
nativernn_test(recurrent_tests
  numbers.cc
  rnn_case.cc
  selection.cc
  variant_case.cc
  recurrent_backward_test.cc
  recurrent_forward_test.cc
  recurrent_tiling_test.cc)
target_link_libraries(recurrent_tests PRIVATE nativernn_emulated Threads::Threads ${CMAKE_DL_LIBS})
