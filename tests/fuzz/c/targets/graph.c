/* pe_graph_check with graphs in which some numbers are anything; what it lets pass is decoded with. */
#include <math.h>
#include <string.h>

#include "decoding.h"
#include "expect.h"

static fz_grammar grammar;

static void break_int(fz_input *input, int32_t *numbers, int32_t count) {
    if (count > 0) {
        numbers[fz_word(input, 2) % (uint32_t)count] = fz_any_int(input);
    }
}

static void break_byte(fz_input *input, uint8_t *numbers, int32_t count) {
    if (count > 0) {
        numbers[fz_word(input, 2) % (uint32_t)count] = fz_byte(input);
    }
}

static void break_double(fz_input *input, double *numbers, int32_t count) {
    if (count > 0) {
        numbers[fz_word(input, 2) % (uint32_t)count] = fz_any_double(input);
    }
}

/* Any number in the place of one. `arcs`, `nodes`, `layers` and `choices` are the lengths of the arrays. */
static void break_number(fz_input *input, int32_t nodes, int32_t arcs, int32_t layers, int32_t choices) {
    switch (fz_byte(input) % 16) {
    case 0: grammar.nodes = fz_any_int(input); break;
    case 1: grammar.arcs = fz_any_int(input); break;
    case 2: grammar.layers = fz_any_int(input); break;
    case 3: grammar.exact = fz_any_int(input); break;
    case 4: grammar.density = fz_any_double(input); break;
    case 5: break_int(input, grammar.leaving, nodes + 1); break;
    case 6: break_int(input, grammar.character, arcs); break;
    case 7: break_int(input, grammar.destination, arcs); break;
    case 8: break_byte(input, grammar.junction, arcs); break;
    case 9: break_byte(input, grammar.separator, arcs); break;
    case 10: break_double(input, grammar.gain, arcs); break;
    case 11: break_double(input, grammar.end, nodes); break;
    case 12: break_int(input, grammar.layer_offset, PE_JUNCTIONS * layers + 1); break;
    case 13: break_int(input, grammar.layer_character, choices); break;
    case 14: break_double(input, grammar.layer_gain, choices); break;
    default: break_double(input, grammar.layer_end, layers); break;
    }
}

/* Whether the arrays that a caller would give are as long as the sizes say, which nobody can check. Sizes that the
 * header does not allow are no matter. */
static int are_arrays_long_enough(int32_t nodes, int32_t arcs, int32_t layers) {
    if (grammar.nodes > nodes || grammar.arcs > arcs) {
        return 0;
    }
    if (grammar.layers < 2 || grammar.layers > FZ_MOST_LAYERS) {
        return 1;
    }
    return grammar.layers <= layers && grammar.layer_offset[PE_JUNCTIONS * grammar.layers] <= FZ_MOST_CHOICES;
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    EXPECT(pe_abi_version() == PE_ABI_VERSION);
    fz_input input = {bytes, count};
    int32_t characters = fz_seldom(&input, 16) ? fz_between(&input, 1, PE_MOST_CHARACTERS) : fz_between(&input, 1, 12);
    fz_read_grammar(&input, characters, &grammar);
    int32_t nodes = grammar.nodes, arcs = grammar.arcs, layers = grammar.layers;
    int32_t choices = grammar.layer_offset[PE_JUNCTIONS * layers];
    for (int32_t left = fz_byte(&input) % 4; left > 0; left--) {
        break_number(&input, nodes, arcs, layers, choices);
    }
    if (!are_arrays_long_enough(nodes, arcs, layers)) {
        return 0;
    }
    fz_line line = fz_read_short_line(&input, characters);
    pe_graph graph = fz_copy_graph(&grammar);
    check_without(&input, graph, &line.net);
    pe_status status = pe_graph_check(&graph, &line.net);
    EXPECT(status == PE_OK || (status == PE_INVALID && !graph.seal));
    if (status == PE_OK) {
        fz_decode(&line, &graph, (size_t)1 << 18);
    } else {
        pe_options options = line.options;
        pe_decoding decoding;
        uint8_t memory[64];
        pe_arena arena = {memory, sizeof memory, 0, 0};
        EXPECT(pe_decode(&line.net, &graph, &options, line.scores, line.columns, line.pixels, line.width_px, 1, &arena,
                         &decoding) == PE_INVALID);
    }
    fz_free_graph(&graph);
    fz_free_line(&line);
    return 0;
}
