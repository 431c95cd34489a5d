/* What both stages of the core's interface share: see posteye_core.h. */
#ifndef POSTEYE_BASE_H
#define POSTEYE_BASE_H

#include <stddef.h>
#include <stdint.h>

/* The library hides every symbol but these. */
#if defined(__GNUC__)
#define PE_API __attribute__((visibility("default")))
#else
#define PE_API
#endif

/* Goes up whenever a struct or a function of the interface changes. */
#define PE_ABI_VERSION 3

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    PE_OK = 0,
    PE_ARENA_FULL = 1, /* the arena is too small: arena->wanted says how many bytes would have gone farther */
    PE_INVALID = 2     /* an argument is out of its range */
} pe_status;

/* Memory that the caller lends for one call; what was in it before does not matter. */
typedef struct {
    uint8_t *memory; /* any alignment; NULL where size is 0 */
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
