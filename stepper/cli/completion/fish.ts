/** The script for fish 3.0 and newer. */
export const fish = `# fish completion for tsstep. What fits is asked of tsstep itself.

function __tsstep_candidates
    set -l words (commandline -opc)
    set -l word (commandline -ct | string replace -ra '["\\'\\\\\\\\]' '')
    set -l program $words[1]
    command -q "$program"; or set program tsstep
    if set -l found (command $program __complete -- $words[2..-1] "$word" 2>/dev/null)
        test -n "$found"; and printf '%s\\n' $found
        return
    end
    # File names. Those behind --flag= are looked for without it.
    set -l flag (string match -r -- '^--[^=]+=' "$word")
    for path in (__fish_complete_path (string replace -- "$flag" '' "$word"))
        echo -- "$flag$path"
    end
end

complete -c tsstep -f -k -a '(__tsstep_candidates)'
`;
