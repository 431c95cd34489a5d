/* The core's interface, from a strip and its scores to codes: see posteye_core.h. */
#ifndef POSTEYE_DECODING_H
#define POSTEYE_DECODING_H

#include "posteye_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A strip and its int8 scores become the codes of a grammar, with posteriors:
 *
 *     pe_net net = {...};                      of the model
 *     pe_graph graph = {...};                  of the grammar, once
 *     if (pe_graph_check(&graph, &net) != PE_OK) ...
 *     pe_options options = {...};
 *     pe_decode(&net, &graph, &options, scores, columns, pixels, width_px, aspect, &arena, &decoding);
 *
 * A *sign* is what a code is written with: a character of the alphabet, or a separator, which may stand between two.
 * Characters are numbered from 0 in the order of their classes, separators go on from there. */

#define PE_MOST_WIDTH_PX 65536   /* of a strip */
#define PE_MOST_COLUMNS 65536    /* of its scores */
#define PE_MOST_CHARACTERS 240   /* of an alphabet */
#define PE_MOST_SEPARATORS 8     /* of a grammar */
#define PE_MOST_CANDIDATES 20
#define PE_MOST_RESERVE 2
#define PE_MOST_CODES (PE_MOST_CANDIDATES + PE_MOST_RESERVE)
#define PE_LONGEST_CODE 32                  /* characters, separators left out */
#define PE_MOST_SIGNS (2 * PE_LONGEST_CODE) /* of a code */

/* How a model's scores are to be read. */
typedef struct {
    int32_t characters;                   /* A; a column's classes are these, then blank, then rubbish: A + 2 */
    int32_t zero;                         /* which of them is the digit 0; -1: none */
    uint8_t is_digit[PE_MOST_CHARACTERS]; /* [A], 1 or 0 */
    int32_t first_column_px;              /* the middle of column 0 in the strip, -64..64 */
    int32_t column_stride_px;             /* from one column's middle to the next, 1..64 */
    double scale;                         /* of one step of the scores, in nats; 2^-12..16 */
    const double *exponentials;           /* [256], exp(-k * scale), each rounded correctly */
} pe_net;

/* What may stand between two characters of a code. */
typedef enum {
    PE_PLAIN = 0,  /* blanks, or nothing between two different characters */
    PE_OPEN = 1,   /* blanks and marks in any mixture: a separator that must be written */
    PE_MARKED = 2  /* the same with at least one mark: a separator that may be left out */
} pe_junction;

#define PE_JUNCTIONS 3

/* A grammar's decoding graph: nodes, and arcs that write a character each. Node 0 is the beginning: no separator leaves
 * it, and no code ends there.
 *
 * Beside it stands the relaxed grammar in layers: layer l says which characters may follow l others in any code, and at
 * which best log-prior. Log-priors are multiples of 2^-30 from -2^20 to 0. */
typedef struct {
    int32_t nodes;
    int32_t arcs;
    const int32_t *leaving;     /* [nodes + 1], the arcs of node n are leaving[n] .. leaving[n + 1] - 1 */
    const int32_t *character;   /* [arcs], what an arc writes; a node's arcs ascend by character, then separator */
    const uint8_t *junction;    /* [arcs], what may stand before it: a pe_junction */
    const uint8_t *separator;   /* [arcs], 0, or 1 + number of the separator before the character */
    const int32_t *destination; /* [arcs], a node greater than the one that the arc leaves */
    const double *gain;         /* [arcs], log-prior */
    const double *end;          /* [nodes], log-prior of ending there; -INFINITY: no code ends */

    int32_t layers;                 /* 2..PE_LONGEST_CODE + 1 */
    const int32_t *layer_offset;    /* [3 * layers + 1], where the characters of each layer and junction begin */
    const int32_t *layer_character; /* [layer_offset[3 * layers]], ascending in each layer and junction */
    const double *layer_gain;       /* the same, log-prior */
    const double *layer_end;        /* [layers], log-prior of ending after l characters; -INFINITY: no code does */

    int32_t exact;   /* 1: the relaxed grammar is the grammar itself, each layer has one node; else 0 */
    int32_t grouped; /* 1: dots and commas may group what is read, as in numbers; else 0 */
    double density;  /* share of all texts of a length that are codes, summed over the lengths; 1e-100..1e30 */

    uint64_t seal; /* set by pe_graph_check */
} pe_graph;

/* What writing beside or in a code costs, in nats, 0..700. */
typedef struct {
    double foreign_number; /* a further number in the line, 0..20 */
    double continued;      /* no space parts that number from the code */
    double letters;        /* writing that is as tall as letters touches the code */
    double mark;           /* a dot, comma or dash between two characters where the grammar knows none */
} pe_costs;

typedef struct {
    int32_t n_best;  /* candidates to give, 1..PE_MOST_CANDIDATES */
    int32_t reserve; /* further codes that rank and doubt are reckoned with, 0..PE_MOST_RESERVE */
    pe_costs costs;
} pe_options;

/* Why a code that is written well is not to be believed. */
typedef enum {
    PE_NO_DOUBT = 0,
    PE_ZEROS_ONLY = 1,     /* letters O and rings look like that */
    PE_MARK_INSIDE = 2,    /* a dot, comma or dash stands between its characters */
    PE_LETTERS_TOUCH = 3,  /* letters touch it */
    PE_NUMBER_GOES_ON = 4  /* a mark joins it to more digits */
} pe_doubt;

typedef struct {
    double confidence;  /* posterior, 0..1, not calibrated */
    int32_t length;     /* signs */
    int32_t characters; /* of them, without separators */
    uint8_t signs[PE_MOST_SIGNS];
} pe_candidate;

typedef struct {
    double confidence; /* posterior, 0..1 */
    double x_px;       /* where it stands in the strip */
} pe_character;

typedef struct {
    double free;             /* log mass of all readings of the line: the nearer to 0, the plainer it is written */
    int32_t found;           /* candidates, 0..n_best */
    int32_t doubt;           /* a pe_doubt, about candidate 0 */
    int32_t outside_length;  /* characters of a number that no code is and that is believed more; 0: there is none */
    int32_t outside_short;   /* 1: all codes are longer than that number; else 0 */
    double outside_confidence;
    uint8_t outside[PE_LONGEST_CODE];
    pe_character characters[PE_MOST_SIGNS]; /* by sign of candidate 0 */
    pe_candidate candidates[PE_MOST_CANDIDATES]; /* best first */
} pe_decoding;

/* Check every size and index of a graph, and seal it: pe_decode trusts what was sealed and takes no other graph.
 *
 * The seal is of the sizes and of where the arrays lie. Whoever changes what is in them has to have them checked again.
 * PE_INVALID: something is out of its range, or the graph is over other characters than the net. */
PE_API pe_status pe_graph_check(pe_graph *graph, const pe_net *net);

/* Find the codes of a grammar in a strip.
 *
 * scores: int8 [columns, characters + 2]. pixels: uint8 [PE_STRIP_HEIGHT_PX, width_px], ink bright. aspect: how much
 * wider the strip is drawn than it was written, 2^-10..2^10. `decoding` is written with PE_OK only.
 *
 * columns * (255 * scale + 8 + costs.mark) is at most 2^22, so that sums of log-probabilities are exact. */
PE_API pe_status pe_decode(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                           int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                           pe_decoding *decoding);

/* Judge codes that are known, instead of finding some: say what pe_decode would if they were all that it found.
 *
 * decoding: its candidates, `found` of them, say by `length` and `signs` which codes, each once. They keep this order and
 * get their confidences; all else is written as by pe_decode, about candidate 0. `found` becomes 0 if that has no place in
 * the strip. What is no code of the grammar is PE_INVALID. All other arguments: as of pe_decode. */
PE_API pe_status pe_judge(const pe_net *net, const pe_graph *graph, const pe_options *options, const int8_t *scores,
                          int32_t columns, const uint8_t *pixels, int32_t width_px, double aspect, pe_arena *arena,
                          pe_decoding *decoding);

/* Calibrate posteriors, in place: sigmoid(logit(posterior) / temperature + offset), by pe_decode's exact logarithm and
 * exponential. Posteriors are kept 10^-12 away from 0 and 1.
 *
 * temperature: above 0, below 10^30. offset: above -1000, below 1000. */
PE_API pe_status pe_calibrate(double *posteriors, int32_t count, double temperature, double offset);

#ifdef __cplusplus
}
#endif
#endif
