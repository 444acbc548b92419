# Completes qwentts in bash 4.4 and newer. Load it with: eval "$(qwentts completion bash)"
_qwentts() {
    local kind value
    COMPREPLY=()
    while IFS=$'\t' read -r kind value _; do
        case $kind in
            plain) COMPREPLY+=("$(printf '%q' "$value")") ;;
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
        esac
    done < <(_QWENTTS_COMPLETE=bash command "${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _qwentts qwentts
