/** The script for bash 4.3 and newer. It does without the package bash-completion, which minimal systems do not have. */
export const bash = `# bash completion for tsstep. What fits is asked of tsstep itself.

_tsstep() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() program found current word rest i
  COMPREPLY=()
  if [[ $3 == *[\\<\\>] ]]; then
    compopt -o bashdefault -o default # the file of a redirection
    return
  fi

  # bash parts words at = and : as well. Where no space was typed, they are put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=\${line#"\${line%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && word=$rest # only up to the cursor
    if ((i > 1)) && [[ $rest == "$line" ]]; then words[-1]+=$word; else words+=("$word"); fi
    line=\${rest#"$word"}
  done
  words=("\${words[@]//[\\"\\'\\\\]/}")

  program=\${words[0]/#\\~\\//"$HOME"/}
  type -P "$program" >/dev/null || program=tsstep
  if ! found=$("$program" __complete -- "\${words[@]:1}" 2>/dev/null); then
    compopt -o bashdefault -o default # file names, and what else bash can complete
    return
  fi
  compopt -o nosort 2>/dev/null # bash 4.4

  # What stands before the last = or : is not part of the word that bash replaces.
  current=$2
  [[ $current == *[!=:]* ]] || current=
  rest=\${words[-1]%"$current"}
  while IFS=$'\\t' read -r word _; do
    [[ $word ]] && COMPREPLY+=("\${word#"$rest"}")
  done <<<"$found"
  [[ \${#COMPREPLY[@]} == 1 && $COMPREPLY == *[=:] ]] && compopt -o nospace
}

complete -F _tsstep tsstep
`;
