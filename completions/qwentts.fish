# Completes qwentts in fish. Load it with: qwentts completion fish | source
function __qwentts_candidates
    set -l words (commandline -opc) (commandline -ct)
    for line in (_QWENTTS_COMPLETE=fish command $words[1] $words[2..-1] 2>/dev/null)
        set -l parts (string split \t -- $line)
        switch $parts[1]
            case plain
                printf '%s\t%s\n' $parts[2] $parts[3]
            case file
                __fish_complete_path (commandline -ct)
            case dir
                __fish_complete_directories (commandline -ct)
        end
    end
end
complete -c qwentts -f -a '(__qwentts_candidates)'
