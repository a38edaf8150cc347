<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>Command</name>
    <message>
        <source>&amp;File</source>
        <translation>ファイル(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Review</source>
        <translation>レビュー(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>表示(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>ヘルプ(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>開く(&amp;O)…</translation>
    </message>
    <message>
        <source>Open the &amp;example</source>
        <translation>サンプルを開く(&amp;E)</translation>
    </message>
    <message>
        <source>Export annotated &amp;PDF…</source>
        <translation>注釈付き PDF を書き出す(&amp;P)…</translation>
    </message>
    <message>
        <source>Export brief for &amp;Word…</source>
        <translation>要約書を Word 形式で書き出す(&amp;W)…</translation>
    </message>
    <message>
        <source>Export brief as &amp;Markdown…</source>
        <translation>要約書を Markdown 形式で書き出す(&amp;M)…</translation>
    </message>
    <message>
        <source>Export as &amp;JSON…</source>
        <translation>JSON 形式で書き出す(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Close document</source>
        <translation>文書を閉じる(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>終了(&amp;Q)</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>Goes into the brief</source>
        <translation>要約書に掲載します</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>Stays out of the brief</source>
        <translation>要約書に掲載しません</translation>
    </message>
    <message>
        <source>Back to undecided</source>
        <translation>未判断に戻す</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>Next finding</source>
        <translation>次の指摘</translation>
    </message>
    <message>
        <source>Leave it undecided and go on</source>
        <translation>判断せずに次へ進みます</translation>
    </message>
    <message>
        <source>Previous finding</source>
        <translation>前の指摘</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>やり直す</translation>
    </message>
    <message>
        <source>Analyse again</source>
        <translation>解析し直す</translation>
    </message>
    <message>
        <source>Recognise again</source>
        <translation>認識し直す</translation>
    </message>
    <message>
        <source>Read the words of pages with poor text in their pictures, and analyse anew</source>
        <translation>文字の質が低いページを画像から認識し直し、もう一度解析します</translation>
    </message>
    <message>
        <source>Cancel analysis</source>
        <translation>解析を中止</translation>
    </message>
    <message>
        <source>Sort by importance</source>
        <translation>重要度順に並べる</translation>
    </message>
    <message>
        <source>Sort by place</source>
        <translation>文書の順に並べる</translation>
    </message>
    <message>
        <source>Show only undecided</source>
        <translation>未判断のみ表示</translation>
    </message>
    <message>
        <source>Select less of the text</source>
        <translation>選択する量を減らす</translation>
    </message>
    <message>
        <source>Select more of the text</source>
        <translation>選択する量を増やす</translation>
    </message>
    <message>
        <source>Back to what the model selected</source>
        <translation>モデルの選択に戻す</translation>
    </message>
    <message>
        <source>Summary and figures</source>
        <translation>要約と解析の数値</translation>
    </message>
    <message>
        <source>Show changes</source>
        <translation>変更履歴を表示</translation>
    </message>
    <message>
        <source>Tracked changes of a Word document: what was inserted, deleted and moved</source>
        <translation>Word 文書の変更履歴（挿入、削除、移動された箇所）</translation>
    </message>
    <message>
        <source>Back to the place before</source>
        <translation>元の箇所に戻る</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>拡大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>縮小</translation>
    </message>
    <message>
        <source>Fit width</source>
        <translation>幅に合わせる</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>キー操作一覧(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;About Fusen</source>
        <translation>Fusen について(&amp;A)</translation>
    </message>
</context>
<context>
    <name>Contents</name>
    <message>
        <source>Signed</source>
        <translation>締結日</translation>
    </message>
    <message>
        <source>Effective</source>
        <translation>発効日</translation>
    </message>
    <message>
        <source>Expires</source>
        <translation>満了日</translation>
    </message>
    <message>
        <source>Party</source>
        <translation>当事者</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>目次</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>About Fusen</source>
        <translation>Fusen について</translation>
    </message>
    <message>
        <source>Documents ({endings});;All files (*)</source>
        <translation>文書 ({endings});;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>Fusen flags the passages that a person must read. Nothing leaves this machine.
AGPL-3.0-or-later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作一覧</translation>
    </message>
    <message>
        <source>Open documents</source>
        <translation>文書を開く</translation>
    </message>
</context>
<context>
    <name>DocumentView</name>
    <message>
        <source>This machine has no Japanese font, so Japanese text shows as boxes.</source>
        <translation>このコンピューターには日本語フォントがないため、日本語の文字が四角で表示されます。</translation>
    </message>
    <message>
        <source>On Debian: apt install fonts-noto-cjk.</source>
        <translation>Debian の場合：apt install fonts-noto-cjk</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
    <message>
        <source>The export would overwrite the document itself.</source>
        <translation>この名前では、元の文書が上書きされます。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>別の名前を指定してください。</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} を保存しました。</translation>
    </message>
    <message>
        <source>No finding was accepted yet.</source>
        <translation>承認された指摘はまだありません。</translation>
    </message>
</context>
<context>
    <name>FindingCard</name>
    <message>
        <source>Comment (C) – goes with the finding into every export</source>
        <translation>コメント（C）：書き出すすべての資料に指摘とともに入ります</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>次へ</translation>
    </message>
    <message>
        <source>importance {value:.0%} ({low:.0%}–{high:.0%})</source>
        <translation>重要度 {value:.0%}（{low:.0%}～{high:.0%}）</translation>
    </message>
    <message>
        <source>first estimate {value:.0%} ({low:.0%}–{high:.0%})</source>
        <translation>最初の推定 {value:.0%}（{low:.0%}～{high:.0%}）</translation>
    </message>
    <message>
        <source>page {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>rank {rank} of {passages:,}</source>
        <translation>{passages:,} 箇所中 {rank} 位</translation>
    </message>
    <message>
        <source>not selected</source>
        <translation>選択外</translation>
    </message>
    <message>
        <source>By the model&apos;s estimate a reviewer must read {share:.0%} of passages like this one.</source>
        <translation>モデルの推定では、このような箇所のうち {share:.0%} を人が読む必要があります。</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>and {n} more</source>
        <translation>ほか {n} 件</translation>
    </message>
</context>
<context>
    <name>FindingsPanel</name>
    <message>
        <source>Summary</source>
        <translation>要約</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>指摘</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>重要度順</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>文書順</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>Analyse</source>
        <translation>解析する</translation>
    </message>
    <message>
        <source>Not analysed</source>
        <translation>未解析</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>開いています</translation>
    </message>
</context>
<context>
    <name>FirstFindingsNotice</name>
    <message>
        <source>Cancel</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>Analyse again</source>
        <translation>解析し直す</translation>
    </message>
    <message>
        <source>A quick scan found these. The precise findings replace them; what you decide on now is kept.</source>
        <translation>素早い走査で見つかった指摘です。精密な読み取りが終わると置き換わりますが、いま行った判断は残ります。</translation>
    </message>
    <message>
        <source>First findings: the precise reading goes on…</source>
        <translation>最初の指摘：精密な読み取りを続けています…</translation>
    </message>
    <message>
        <source>First findings: the precise reading stopped.</source>
        <translation>最初の指摘：精密な読み取りは途中で止まりました。</translation>
    </message>
    <message>
        <source>Decisions are kept.</source>
        <translation>判断は残ります。</translation>
    </message>
</context>
<context>
    <name>Flow</name>
    <message>
        <source>Comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Inserted</source>
        <translation>挿入</translation>
    </message>
    <message>
        <source>Moved here</source>
        <translation>ここに移動</translation>
    </message>
</context>
<context>
    <name>Guide</name>
    <message>
        <source>Another document</source>
        <translation>別の文書</translation>
    </message>
    <message>
        <source>Another document: {name}</source>
        <translation>別の文書：{name}</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>戻る</translation>
    </message>
    <message>
        <source>Ctrl+click goes there, Alt+Left comes back.</source>
        <translation>Ctrl を押しながらクリックすると移動し、Alt+← で戻ります。</translation>
    </message>
    <message>
        <source>Go to the definition of {term}</source>
        <translation>「{term}」の定義へ移動</translation>
    </message>
    <message>
        <source>Go to {term}</source>
        <translation>{term} へ移動</translation>
    </message>
    <message>
        <source>No clause of this document has this number.</source>
        <translation>この番号の条項は、この文書にはありません。</translation>
    </message>
    <message>
        <source>{term}, as defined</source>
        <translation>「{term}」の定義</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>フォルダーを開く</translation>
    </message>
    <message>
        <source>Recognise again</source>
        <translation>認識し直す</translation>
    </message>
    <message>
        <source>Analyse again</source>
        <translation>解析し直す</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Summary</source>
        <translation>要約</translation>
    </message>
    <message>
        <source>Sentences of the document, chosen by the model.</source>
        <translation>モデルが選んだ原文の文です。</translation>
    </message>
    <message>
        <source>The model chose no sentences.</source>
        <translation>モデルが選んだ文はありません。</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>How it was read</source>
        <translation>読み取りの方法</translation>
    </message>
    <message>
        <source>{tokens:,} tokens in {seconds:.1f} s</source>
        <translation>{tokens:,} トークン、{seconds:.1f} 秒</translation>
    </message>
    <message>
        <source>Not selected</source>
        <translation>選択外</translation>
    </message>
    <message>
        <source>Computed</source>
        <translation>計算量</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>注意</translation>
    </message>
</context>
<context>
    <name>PdfSheets</name>
    <message>
        <source>This page cannot be drawn.</source>
        <translation>このページは表示できません。</translation>
    </message>
</context>
<context>
    <name>Reviewer</name>
    <message>
        <source>A decision in a document that is not open was changed: “{text}”</source>
        <translation>開いていない文書の判断を変更しました：「{text}」</translation>
    </message>
</context>
<context>
    <name>SensitivityBar</name>
    <message>
        <source>Share of the text that is selected</source>
        <translation>選択する本文の割合</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>選択</translation>
    </message>
    <message>
        <source>To find {recall} of what matters: {share:.0%} of the text</source>
        <translation>重要な箇所の {recall} を見つけるには：本文の {share:.0%}</translation>
    </message>
    <message>
        <source>All that the model selected: {share:.0%} of the text</source>
        <translation>モデルが選んだすべて：本文の {share:.0%}</translation>
    </message>
    <message>
        <source>The most important passages, up to {share:.0%} of the text.</source>
        <translation>本文の {share:.0%} までの、最も重要な箇所です。</translation>
    </message>
    <message>
        <source>In documents like this one the model aims to find {recall} of the passages that matter.</source>
        <translation>このような文書では、重要な箇所の {recall} を見つけることを目標にしています。</translation>
    </message>
    <message>
        <source>Less: [  More: ]  Decided findings always stay.</source>
        <translation>減らす：[&#x3000;増やす：]&#x3000;判断済みの指摘は常に残ります。</translation>
    </message>
    <message>
        <source>{share:.0%} of the text</source>
        <translation>本文の {share:.0%}</translation>
    </message>
</context>
<context>
    <name>SheetView</name>
    <message>
        <source>Pages</source>
        <translation>ページ</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Documents</source>
        <translation>文書</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>開く…</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Flags the passages that a person must read.</source>
        <translation>人が読むべき箇所に付箋を付けます。</translation>
    </message>
    <message>
        <source>Read before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing leaves this machine: documents are read and analysed here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop documents here</source>
        <translation>ここに文書をドロップ</translation>
    </message>
    <message>
        <source>PDF, Word, text, Markdown or HTML, English or Japanese</source>
        <translation>PDF、Word、テキスト、Markdown、HTML（日本語・英語）</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>開く…</translation>
    </message>
    <message>
        <source>Open the example</source>
        <translation>サンプルを開く</translation>
    </message>
</context>
<context>
    <name>StatePanel</name>
    <message>
        <source>Password</source>
        <translation>パスワード</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>再試行</translation>
    </message>
    <message>
        <source>The password stays in memory only, until the document is closed.</source>
        <translation>パスワードは、文書を閉じるまでメモリにのみ保持されます。</translation>
    </message>
    <message>
        <source>Opening {name}…</source>
        <translation>{name} を開いています…</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>Page {label} ({page} of {pages})</source>
        <translation>{label} ページ（{page} / {pages}）</translation>
    </message>
    <message>
        <source>Page {page} of {pages}</source>
        <translation>{page} / {pages} ページ</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>1 finding</source>
        <translation>指摘 1 件</translation>
    </message>
    <message>
        <source>1 first finding</source>
        <translation>最初の指摘 1 件</translation>
    </message>
    <message>
        <source>Amended by</source>
        <translation>改める規定</translation>
    </message>
    <message>
        <source>Amends</source>
        <translation>改められる規定</translation>
    </message>
    <message>
        <source>Analysing {share:.0%}</source>
        <translation>解析中 {share:.0%}</translation>
    </message>
    <message>
        <source>Could not be opened</source>
        <translation>開けませんでした</translation>
    </message>
    <message>
        <source>Defined in</source>
        <translation>定義</translation>
    </message>
    <message>
        <source>Defines for</source>
        <translation>定義の使用箇所</translation>
    </message>
    <message>
        <source>Exception in</source>
        <translation>その例外</translation>
    </message>
    <message>
        <source>Exception to</source>
        <translation>原則の規定</translation>
    </message>
    <message>
        <source>First findings only</source>
        <translation>最初の指摘のみ</translation>
    </message>
    <message>
        <source>Linking passages</source>
        <translation>関連する箇所を結び付けています</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>モデルを読み込んでいます</translation>
    </message>
    <message>
        <source>Needs a password</source>
        <translation>パスワードが必要です</translation>
    </message>
    <message>
        <source>Not analysed</source>
        <translation>未解析</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>選択された箇所なし</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>開いています…</translation>
    </message>
    <message>
        <source>Read with</source>
        <translation>併せて読む箇所</translation>
    </message>
    <message>
        <source>Reading closely where it matters</source>
        <translation>重要な部分を精読しています</translation>
    </message>
    <message>
        <source>Reading the document as a whole</source>
        <translation>文書全体を通して読んでいます</translation>
    </message>
    <message>
        <source>Reading the pages</source>
        <translation>ページを読み込んでいます</translation>
    </message>
    <message>
        <source>Reading {share:.0%}</source>
        <translation>読み込み中 {share:.0%}</translation>
    </message>
    <message>
        <source>Recognising the words of pictures</source>
        <translation>画像の文字を認識しています</translation>
    </message>
    <message>
        <source>Referred to by</source>
        <translation>参照元</translation>
    </message>
    <message>
        <source>Refers to</source>
        <translation>参照先</translation>
    </message>
    <message>
        <source>Scanning the whole document</source>
        <translation>文書全体を走査しています</translation>
    </message>
    <message>
        <source>Waiting for the document before it</source>
        <translation>前の文書の処理を待っています</translation>
    </message>
    <message>
        <source>Weighing every passage</source>
        <translation>各箇所の重要度を計算しています</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>書き出しています</translation>
    </message>
    <message>
        <source>about {n} min left</source>
        <translation>残り約 {n} 分</translation>
    </message>
    <message>
        <source>about {n} s left</source>
        <translation>残り約 {n} 秒</translation>
    </message>
    <message>
        <source>of 1 passage</source>
        <translation>全 1 箇所中</translation>
    </message>
    <message>
        <source>of {n:,} passages</source>
        <translation>全 {n:,} 箇所中</translation>
    </message>
    <message>
        <source>{accepted} accepted, {rejected} rejected, {open} open</source>
        <translation>承認 {accepted}、却下 {rejected}、未判断 {open}</translation>
    </message>
    <message>
        <source>{done} of {total} decided</source>
        <translation>{total} 件中 {done} 件判断済み</translation>
    </message>
    <message>
        <source>{n} findings</source>
        <translation>指摘 {n} 件</translation>
    </message>
    <message>
        <source>{n} first findings</source>
        <translation>最初の指摘 {n} 件</translation>
    </message>
</context>
</TS>
