# HIGHWAY_INCLUDE_DIR: where hwy/highway.h is. Headers only: the library does not link libhwy.
find_path(HIGHWAY_HOST_INCLUDE_DIR hwy/highway.h REQUIRED NO_CMAKE_FIND_ROOT_PATH)
if(CMAKE_CROSSCOMPILING)
  # The headers serve every target, but what else lies beside them is the host's: only hwy may be seen.
  set(HIGHWAY_INCLUDE_DIR ${CMAKE_BINARY_DIR}/highway)
  file(MAKE_DIRECTORY ${HIGHWAY_INCLUDE_DIR})
  file(CREATE_LINK ${HIGHWAY_HOST_INCLUDE_DIR}/hwy ${HIGHWAY_INCLUDE_DIR}/hwy SYMBOLIC)
else()
  set(HIGHWAY_INCLUDE_DIR ${HIGHWAY_HOST_INCLUDE_DIR})
endif()
