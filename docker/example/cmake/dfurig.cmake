# dfurig_scenarios(): every scenarios/*.json is a test of the image that is built.
#
# A scenario is copied into scenarios/ of the build folder, beside the image: it finds what was built
# as "../blink.elf" or ${scenario_dir}/../blink.bin. Tests have the label dfurig (ctest -L dfurig).
#
# `dfurig run` ends with 77 on a machine that cannot run tools for a device (an old kernel, a container
# that denies seccomp notification). ctest then counts the test as skipped, unless REQUIRE_DFURIG is
# on: in CI a test that is skipped for ever is worse than one that fails.
option(REQUIRE_DFURIG "Fail where scenarios cannot be run, instead of skipping them" OFF)
find_program(DFURIG dfurig DOC "emulates the chip: runs the scenarios")

function(dfurig_scenarios)
  if(NOT DFURIG)
    if(REQUIRE_DFURIG)
      message(FATAL_ERROR "there is no dfurig in PATH: put it there, or -DDFURIG=/path/to/dfurig")
    endif()
    message(STATUS "no dfurig in PATH: the image is built and not tested")
    return()
  endif()
  file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/scenarios/*.json)
  foreach(scenario IN LISTS scenarios)
    get_filename_component(name ${scenario} NAME_WE)
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/scenarios/${name}.json)
    configure_file(${scenario} ${copy} COPYONLY)
    add_test(NAME dfurig.${name} COMMAND ${DFURIG} run ${copy})
    set_tests_properties(dfurig.${name} PROPERTIES LABELS dfurig TIMEOUT 300)
    if(NOT REQUIRE_DFURIG)
      set_tests_properties(dfurig.${name} PROPERTIES SKIP_RETURN_CODE 77)
    endif()
  endforeach()
endfunction()
