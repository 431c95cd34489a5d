/* pe_graph_check with graphs in which some numbers are anything; what it lets pass is decoded with. */
#include <math.h>
#include <string.h>

#include "decoding.h"
#include "expect.h"

#define MOST_TRIES 32
#define MOST_DECODED 4
#define MADE_UP_BYTES 32

static fz_grammar grammar;

/* How long its arrays are. */
typedef struct {
    int32_t nodes, arcs, layers, choices;
} lengths;

static void break_int(fz_input *input, int32_t *numbers, int32_t count) {
    if (count > 0) {
        int32_t *number = &numbers[fz_word(input, 2) % (uint32_t)count];
        *number = fz_other_int(input, *number);
    }
}

static void break_byte(fz_input *input, uint8_t *numbers, int32_t count) {
    if (count > 0) {
        uint8_t *number = &numbers[fz_word(input, 2) % (uint32_t)count];
        *number = (uint8_t)fz_other_int(input, *number);
    }
}

static void break_double(fz_input *input, double *numbers, int32_t count) {
    if (count > 0) {
        numbers[fz_word(input, 2) % (uint32_t)count] = fz_any_double(input);
    }
}

/* Any number in the place of one. */
static void break_number(fz_input *input, const lengths *of) {
    switch (fz_byte(input) % 16) {
    case 0: break_int(input, &grammar.nodes, 1); break;
    case 1: break_int(input, &grammar.arcs, 1); break;
    case 2: break_int(input, &grammar.layers, 1); break;
    case 3: break_int(input, &grammar.exact, 1); break;
    case 4: break_double(input, &grammar.density, 1); break;
    case 5: break_int(input, grammar.leaving, of->nodes + 1); break;
    case 6: break_int(input, grammar.character, of->arcs); break;
    case 7: break_int(input, grammar.destination, of->arcs); break;
    case 8: break_byte(input, grammar.junction, of->arcs); break;
    case 9: break_byte(input, grammar.separator, of->arcs); break;
    case 10: break_double(input, grammar.gain, of->arcs); break;
    case 11: break_double(input, grammar.end, of->nodes); break;
    case 12: break_int(input, grammar.layer_offset, PE_JUNCTIONS * of->layers + 1); break;
    case 13: break_int(input, grammar.layer_character, of->choices); break;
    case 14: break_double(input, grammar.layer_gain, of->choices); break;
    default: break_double(input, grammar.layer_end, of->layers); break;
    }
}

/* Whether the arrays that a caller would give are as long as the sizes say, which nobody can check. Sizes that the
 * header does not allow are no matter. */
static int are_arrays_long_enough(const lengths *of) {
    if (grammar.nodes > of->nodes || grammar.arcs > of->arcs) {
        return 0;
    }
    if (grammar.layers < 2 || grammar.layers > FZ_MOST_LAYERS) {
        return 1;
    }
    return grammar.layers <= of->layers && grammar.layer_offset[PE_JUNCTIONS * grammar.layers] <= of->choices;
}

/* Each array is needed. */
static void check_without(fz_input *input, pe_graph graph, const pe_net *net) {
    switch (fz_byte(input) % 11) {
    case 0: graph.leaving = NULL; break;
    case 1: graph.character = NULL; break;
    case 2: graph.junction = NULL; break;
    case 3: graph.separator = NULL; break;
    case 4: graph.destination = NULL; break;
    case 5: graph.gain = NULL; break;
    case 6: graph.end = NULL; break;
    case 7: graph.layer_offset = NULL; break;
    case 8: graph.layer_character = NULL; break;
    case 9: graph.layer_gain = NULL; break;
    default: graph.layer_end = NULL; break;
    }
    EXPECT(pe_graph_check(&graph, net) == PE_INVALID && !graph.seal);
    EXPECT(pe_graph_check(NULL, net) == PE_INVALID);
    EXPECT(pe_graph_check(&graph, NULL) == PE_INVALID);
}

static void check_refused(const fz_line *line, const pe_graph *graph) {
    pe_decoding decoding;
    uint8_t memory[64];
    pe_arena arena = {memory, sizeof memory, 0, 0};
    EXPECT(pe_decode(&line->net, graph, &line->options, line->scores, line->columns, line->pixels, line->width_px, 1,
                     &arena, &decoding) == PE_INVALID);
}

/* Have the grammar checked as it is, and decode with what is let pass. Returns whether it is. */
static int try_grammar(const fz_line *line, const lengths *of) {
    if (!are_arrays_long_enough(of)) {
        return 0;
    }
    pe_graph graph = fz_copy_graph(&grammar);
    pe_status status = pe_graph_check(&graph, &line->net);
    EXPECT(status == PE_OK || (status == PE_INVALID && !graph.seal));
    if (status == PE_OK) {
        fz_input none = {NULL, 0};
        fz_decode(line, &graph, &none, (size_t)1 << 18);
    } else {
        check_refused(line, &graph);
    }
    fz_free_graph(&graph);
    return status == PE_OK;
}

/* Numbers to break by, from a seed. */
static fz_input make_up(uint32_t *seed, uint8_t bytes[MADE_UP_BYTES]) {
    for (int i = 0; i < MADE_UP_BYTES; i++) {
        bytes[i] = (uint8_t)(fz_random(seed) >> 16);
    }
    return (fz_input){bytes, MADE_UP_BYTES};
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    static fz_grammar whole;
    EXPECT(pe_abi_version() == PE_ABI_VERSION);
    fz_input input = {bytes, count};
    uint32_t seed = 1 + (uint32_t)fz_word(&input, 2);
    int32_t characters = fz_seldom(&input, 16) ? fz_between(&input, 1, PE_MOST_CHARACTERS) : fz_between(&input, 1, 12);
    fz_read_grammar(&input, characters, &whole);
    fz_line line = fz_read_short_line(&input, characters);
    pe_graph graph = fz_copy_graph(&whole);
    check_without(&input, graph, &line.net);
    fz_free_graph(&graph);
    lengths of = {whole.nodes, whole.arcs, whole.layers, whole.layer_offset[PE_JUNCTIONS * whole.layers]};
    /* A check takes little time and a decoding much: many graphs are checked, until a few were decoded with. */
    for (int tries = 0, decoded = 0; tries < MOST_TRIES && decoded < MOST_DECODED; tries++) {
        uint8_t made_up[MADE_UP_BYTES];
        fz_input breaking = make_up(&seed, made_up);
        grammar = whole;
        for (int left = tries ? 1 + fz_byte(&breaking) % 2 : 0; left > 0; left--) {
            break_number(&breaking, &of);
        }
        decoded += try_grammar(&line, &of);
    }
    fz_free_line(&line);
    return 0;
}
