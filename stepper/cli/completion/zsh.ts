/** The script for zsh: a file `_tsstep` in `fpath`, or sourced behind compinit. */
export const zsh = `#compdef tsstep
# zsh completion for tsstep. What fits is asked of tsstep itself.

_tsstep() {
  local program=\${~words[1]} found word description
  local -a whole open
  whence -p -- $program >/dev/null || program=tsstep
  if ! found=$($program __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null); then
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    _files
    return
  fi
  while IFS=$'\\t' read -r word description; do
    [[ -n $word ]] || continue
    description=\${word//:/\\\\:}\${description:+:$description}
    # Behind = and : comes more of the same word.
    if [[ $word == *[=:] ]]; then open+=($description); else whole+=($description); fi
  done <<<"$found"
  _describe -V 'tsstep' whole -- open -S ''
}

# Loaded from fpath, this file is the function; sourced, it only says what completes tsstep.
if [[ $funcstack[1] == _tsstep ]]; then _tsstep; else compdef _tsstep tsstep; fi
`;
