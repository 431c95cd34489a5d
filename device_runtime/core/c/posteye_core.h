/* The core of posteye: a grey field becomes a strip, and a scanner's int8 scores become codes with posteriors.
 *
 * C99, libm alone. No global state: any number of threads may call at a time, each with an arena of its own. Every
 * function returns a pe_status and checks what it is given; nothing is allocated but from the caller's arena.
 *
 * All arithmetic is integers, or float64 operations that IEEE 754 rounds exactly, in a fixed order: the same input gives
 * the same bits on x86-64, aarch64, armv7 and riscv64, and in the NumPy path that is this core's oracle.
 *
 * A call that returns PE_ARENA_FULL changed nothing but the arena's fields: give it at least `wanted` bytes and call
 * again.
 */
#ifndef POSTEYE_CORE_H
#define POSTEYE_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library hides every symbol but these. */
#if defined(__GNUC__)
#define PE_API __attribute__((visibility("default")))
#else
#define PE_API
#endif

/* Goes up whenever a struct or a function below changes. */
#define PE_ABI_VERSION 1

typedef enum {
    PE_OK = 0,
    PE_ARENA_FULL = 1, /* the arena is too small: arena->wanted says how many bytes would have gone farther */
    PE_INVALID = 2     /* an argument is out of its range */
} pe_status;

/* Memory that the caller lends for one call; what was in it before does not matter. */
typedef struct {
    uint8_t *memory; /* any alignment */
    size_t size;     /* bytes */
    size_t used;     /* bytes in use; set to 0 at the beginning of each call */
    size_t wanted;   /* after PE_ARENA_FULL: the least size with which the call gets past this point */
} pe_arena;

/* PE_ABI_VERSION of the library, to be compared with the header's. */
PE_API int32_t pe_abi_version(void);

#ifdef __cplusplus
}
#endif
#endif
