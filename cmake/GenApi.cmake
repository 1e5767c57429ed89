# tarn_generated_api(name [OPERATIONS file])
#
# Makes tarn_api_<name>_gen: the structs, tables and operations that tools/gen_api.py writes for the service folder
# src/api/<name> with its operations.txt, included as "api/<name>/gen/shapes.h" and "api/<name>/gen/operations.h".
include_guard(GLOBAL)

function(tarn_generated_api name)
  string(REPLACE "/" "_" target tarn_api_${name}_gen)
  if(TARGET ${target})
    return()
  endif()
  cmake_parse_arguments(G "" "OPERATIONS" "" ${ARGN})
  if(NOT G_OPERATIONS)
    set(G_OPERATIONS ${CMAKE_SOURCE_DIR}/src/api/${name}/operations.txt)
  endif()
  # A longer list is split into more sources, so that none takes long to compile.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${G_OPERATIONS})
  file(STRINGS ${G_OPERATIONS} lines REGEX "^[A-Za-z]+ *(#.*)?$")
  list(LENGTH lines count)
  math(EXPR chunks "${count} / 25 + 1")
  file(STRINGS ${G_OPERATIONS} all REGEX "^\\*")
  if(all)
    set(chunks 8)
  endif()

  set(out ${CMAKE_BINARY_DIR}/gen/api/${name}/gen)
  set(files shapes.h tables.h operations.h operations.cc)
  math(EXPR last "${chunks} - 1")
  foreach(i RANGE ${last})
    list(APPEND files tables_${i}.cc)
  endforeach()
  list(TRANSFORM files PREPEND ${out}/)
  add_custom_command(
    OUTPUT ${files}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/gen_api.py --botocore ${TARN_BOTOCORE} --name ${name}
            --operations ${G_OPERATIONS} --out ${out} --chunks ${chunks}
    DEPENDS ${G_OPERATIONS} ${CMAKE_SOURCE_DIR}/tools/gen_api.py ${CMAKE_SOURCE_DIR}/tools/gen_api/model.py
            ${CMAKE_SOURCE_DIR}/tools/gen_api/emit.py ${CMAKE_SOURCE_DIR}/tools/gen_api/pattern.py
    COMMENT "Generating api/${name}/gen"
    VERBATIM)
  # `ninja generated` makes all headers that checks of single files need.
  add_custom_target(${target}_sources DEPENDS ${files})
  set_property(GLOBAL APPEND PROPERTY TARN_GENERATED_TARGETS ${target}_sources)
  add_library(${target} STATIC ${files})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
endfunction()
