/* Functions that are written once and compiled for each use. */
#ifndef PE_INLINE_H
#define PE_INLINE_H

#if defined(__GNUC__)
#define PE_INLINE static inline __attribute__((always_inline))
#else
#define PE_INLINE static inline
#endif

#endif
