# Completes qwentts in PowerShell. Load it with: qwentts completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName qwentts -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        Select-Object -Skip 1 | ForEach-Object { $_.ToString().Trim('"', "'") })
    if (-not $wordToComplete) { $words += '' }
    $env:_QWENTTS_COMPLETE = 'powershell'
    try { $lines = @(& $commandAst.CommandElements[0].ToString() @words 2>$null) }
    finally { Remove-Item Env:_QWENTTS_COMPLETE }
    foreach ($line in $lines) {
        $kind, $value, $about = $line -split "`t", 3
        if ($kind -ne 'plain') { continue }
        if (-not $about) { $about = $value }
        $text = if ($value -match '[\s''"]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
