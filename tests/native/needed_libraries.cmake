# Fails where LIBRARY needs more than the C library of a system that is years old, or is larger than it should be:
#
#   cmake -DLIBRARY=... -DOBJDUMP=... [-DMOST_BYTES=1572864] -P needed_libraries.cmake
#
# Linux: libc, libm, pthread and dl only, of glibc 2.34 (2021) at most. Windows: what is part of every version since 7.
execute_process(COMMAND ${OBJDUMP} -p ${LIBRARY} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "(NEEDED +|DLL Name: )[^\n]+" needed "${text}")
if(NOT needed)
  message(FATAL_ERROR "${LIBRARY}: needs nothing?")
endif()
foreach(entry ${needed})
  string(REGEX REPLACE "(NEEDED +|DLL Name: )" "" name "${entry}")
  if(NOT name MATCHES "^(libc|libm|libpthread|libdl|librt)\\.so\\.[0-9]+$|^ld-linux|^(KERNEL32|msvcrt)\\.dll$")
    message(FATAL_ERROR "${LIBRARY} needs ${name}")
  endif()
endforeach()

string(REGEX MATCHALL "GLIBC_[0-9.]+" versions "${text}")
if(text MATCHES "NEEDED" AND NOT versions)
  message(FATAL_ERROR "${LIBRARY}: of no version of glibc?")
endif()
foreach(entry ${versions})
  string(REPLACE "GLIBC_" "" version "${entry}")
  if(version VERSION_GREATER 2.34)
    message(FATAL_ERROR "${LIBRARY} needs glibc ${version}, must be 2.34 at most")
  endif()
endforeach()

if(MOST_BYTES)
  file(SIZE ${LIBRARY} bytes)
  if(bytes GREATER MOST_BYTES)
    message(FATAL_ERROR "${LIBRARY} has ${bytes} bytes, must be ${MOST_BYTES} at most")
  endif()
endif()
