# NATIVERNN_CUDA_BUILT: whether the CUDA language is enabled and nativernn_cuda is built. To be included where all targets see
# it.
#
# nvcc: CMAKE_CUDA_COMPILER or CUDACXX; the folder of cmake/cuda_toolkit.sh that NATIVERNN_CUDA_TOOLKIT (environment) names, or
# with ON build/cuda-toolkit; the system's.
set(NATIVERNN_CUDA AUTO CACHE STRING "Build the GPU's kernels: ON, OFF, or AUTO: where a CUDA compiler is found")
set_property(CACHE NATIVERNN_CUDA PROPERTY STRINGS AUTO ON OFF)
set(NATIVERNN_CUDA_BUILT OFF)

if(NOT NATIVERNN_CUDA OR CMAKE_CROSSCOMPILING OR NATIVERNN_SANITIZE)
  if(NATIVERNN_CUDA STREQUAL ON)
    message(FATAL_ERROR "NATIVERNN_CUDA is ON: not with sanitizers (the emulator runs the kernels under them), nor for another machine")
  endif()
  return()
endif()

if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  set(nativernn_nvcc_folders "")
  if(DEFINED ENV{NATIVERNN_CUDA_TOOLKIT})
    list(APPEND nativernn_nvcc_folders $ENV{NATIVERNN_CUDA_TOOLKIT}/bin)
  endif()
  if(NATIVERNN_CUDA STREQUAL ON)
    list(APPEND nativernn_nvcc_folders ${PROJECT_SOURCE_DIR}/build/cuda-toolkit/bin)
  endif()
  find_program(NATIVERNN_NVCC nvcc HINTS ${nativernn_nvcc_folders} PATHS $ENV{CUDA_PATH}/bin /usr/local/cuda/bin)
  if(NATIVERNN_NVCC)
    set(CMAKE_CUDA_COMPILER ${NATIVERNN_NVCC})
  endif()
elseif(NOT CMAKE_CUDA_COMPILER)
  set(CMAKE_CUDA_COMPILER $ENV{CUDACXX})
endif()

if(NOT CMAKE_CUDA_COMPILER)
  if(NATIVERNN_CUDA STREQUAL ON)
    message(FATAL_ERROR "NATIVERNN_CUDA is ON and no nvcc was found; cmake/cuda_toolkit.sh brings one (x86-64 Debian 12), or name it by "
                        "-DCMAKE_CUDA_COMPILER")
  endif()
  message(STATUS "No CUDA compiler: the GPU's kernels are not built (cmake/cuda_toolkit.sh brings one)")
  return()
endif()

execute_process(COMMAND ${CMAKE_CUDA_COMPILER} --version OUTPUT_VARIABLE nativernn_nvcc_text RESULT_VARIABLE nativernn_nvcc_result)
if(NOT nativernn_nvcc_result EQUAL 0 OR NOT nativernn_nvcc_text MATCHES "release ([0-9]+)\\.([0-9]+)")
  message(FATAL_ERROR "${CMAKE_CUDA_COMPILER} --version does not answer as nvcc does")
endif()
set(nativernn_nvcc_version ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})

# Each GPU's own code, and PTX of the newest, which the driver compiles for later ones. sm_86 and sm_89 are made from the PTX
# of 80: no kernel asks for more than 8.0, and making PTX of templates is most of nvcc's time.
set(nativernn_cuda_code "")
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES OFF)
  # nativernn_generate_code(<PTX> <GPU>...)
  function(nativernn_generate_code ptx)
    list(JOIN ARGN "," code)
    list(APPEND nativernn_cuda_code "--generate-code=arch=compute_${ptx},code=[${code}]")
    set(nativernn_cuda_code "${nativernn_cuda_code}" PARENT_SCOPE)
  endfunction()
  if(nativernn_nvcc_version VERSION_LESS 13)
    nativernn_generate_code(70 sm_70)
  endif()
  nativernn_generate_code(75 sm_75)
  nativernn_generate_code(80 sm_80 sm_86 sm_89)
  if(nativernn_nvcc_version VERSION_LESS 12.8)
    nativernn_generate_code(90 sm_90 compute_90)
  else()
    nativernn_generate_code(90 sm_90)
    nativernn_generate_code(100 sm_100)
    nativernn_generate_code(120 sm_120 compute_120)
  endif()
endif()

# nvcc 11.8 refuses host compilers later than g++-11 and clang-14, and the latter refuses what nvcc makes of <map> of
# GCC 12.
if(NOT CMAKE_CUDA_HOST_COMPILER AND NOT DEFINED ENV{CUDAHOSTCXX} AND nativernn_nvcc_version VERSION_LESS 12)
  find_program(NATIVERNN_CUDA_HOST_COMPILER NAMES g++-11 g++-10)
  if(NATIVERNN_CUDA_HOST_COMPILER)
    set(CMAKE_CUDA_HOST_COMPILER ${NATIVERNN_CUDA_HOST_COMPILER})
  endif()
endif()

enable_language(CUDA)
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
set(NATIVERNN_CUDA_BUILT ON)
