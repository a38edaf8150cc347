<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AboutPage</name>
    <message>
        <source>Documents are read and analysed on this machine; Fusen never connects to the network. It keeps the text that it analysed, the findings, your decisions and comments in a workspace file in your user folder. Unless you encrypt it in the settings, who can read your files can read that. Your documents themselves are never changed, and their passwords are not stored.</source>
        <translation>文書の読み取りと分析はこのコンピューターの中だけで行い、Fusen がネットワークに接続することはありません。分析した本文、指摘、判断、コメントは、ユーザーフォルダーにあるワークスペースファイルに保存されます。設定で暗号化しないかぎり、あなたのファイルを読める人はその内容も読めます。文書そのものが変更されることはなく、文書のパスワードは保存されません。</translation>
    </message>
    <message>
        <source>About Fusen</source>
        <translation>Fusen について</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>バージョン {version}</translation>
    </message>
    <message>
        <source>Flags the passages that a person must read.</source>
        <translation>人が読むべき箇所に付箋を付けます。</translation>
    </message>
    <message>
        <source>The model&apos;s estimates are no legal advice, and a passage that is not flagged may matter all the same.</source>
        <translation>モデルの推定は法的な助言ではありません。付箋のない箇所が重要なこともあります。</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>What Fusen builds on</source>
        <translation>使用しているソフトウェアとデータ</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>The file {name} is missing.</source>
        <translation>ファイル {name} が見つかりません。</translation>
    </message>
</context>
<context>
    <name>AllFindings</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>1 finding</source>
        <translation>1 件</translation>
    </message>
    <message>
        <source>A date such as 2026-03-31, 3-31, or +7 for a week from now.</source>
        <translation>2026-03-31、3-31 のような日付、または +7（一週間後）の形で入力してください。</translation>
    </message>
    <message>
        <source>All findings</source>
        <translation>すべての指摘</translation>
    </message>
    <message>
        <source>Any date</source>
        <translation>期限：すべて</translation>
    </message>
    <message>
        <source>Any decision</source>
        <translation>判断：すべて</translation>
    </message>
    <message>
        <source>Any owner</source>
        <translation>担当者：すべて</translation>
    </message>
    <message>
        <source>Any tag</source>
        <translation>タグ：すべて</translation>
    </message>
    <message>
        <source>By {column}</source>
        <translation>{column}順</translation>
    </message>
    <message>
        <source>Click to sort, again for the other way round</source>
        <translation>クリックすると並べ替えます。もう一度クリックすると逆順になります</translation>
    </message>
    <message>
        <source>Collecting the findings…</source>
        <translation>指摘を集めています…</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>判断</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文書</translation>
    </message>
    <message>
        <source>Due date</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>Enter opens a finding in its document, Esc comes back to the list. Ctrl+C copies rows.</source>
        <translation>Enter で文書の該当箇所を開き、Esc でこの一覧に戻ります。Ctrl+C で行をコピーします。</translation>
    </message>
    <message>
        <source>Fusen does not know your name yet. Give it in the settings (Reviewer&apos;s name), as it stands in the field “Owner” of your findings.</source>
        <translation>お名前がまだ設定されていません。設定の「査読者の名前」に、指摘の「担当者」欄と同じ名前を入力してください。</translation>
    </message>
    <message>
        <source>List findings with these words</source>
        <translation>この語句を含む指摘を一覧に表示</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>自分の担当</translation>
    </message>
    <message>
        <source>Mine: {name}</source>
        <translation>自分（{name}）</translation>
    </message>
    <message>
        <source>No finding is like that. Remove a filter to see more.</source>
        <translation>条件に合う指摘はありません。絞り込みを解除すると、ほかの指摘も表示されます。</translation>
    </message>
    <message>
        <source>Nobody yet</source>
        <translation>担当者なし</translation>
    </message>
    <message>
        <source>Open in the document</source>
        <translation>文書で開く</translation>
    </message>
    <message>
        <source>Open the settings</source>
        <translation>設定を開く</translation>
    </message>
    <message>
        <source>Overdue</source>
        <translation>期限超過</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>ページ</translation>
    </message>
    <message>
        <source>Passage</source>
        <translation>該当箇所</translation>
    </message>
    <message>
        <source>Remove filters</source>
        <translation>絞り込みを解除</translation>
    </message>
    <message>
        <source>Sort</source>
        <translation>並べ替え</translation>
    </message>
    <message>
        <source>Sort; the same once more for the other way round</source>
        <translation>並べ替え（同じものをもう一度選ぶと逆順）</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>There are no findings yet. Open a document; what Fusen finds in it is listed here with all others.</source>
        <translation>指摘はまだありません。文書を開くと、その文書の指摘がほかの文書の指摘とともにここに並びます。</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>今週</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>期日</translation>
    </message>
    <message>
        <source>Until a day…</source>
        <translation>指定日まで…</translation>
    </message>
    <message>
        <source>Until this day</source>
        <translation>この日まで</translation>
    </message>
    <message>
        <source>What I am the owner of</source>
        <translation>自分が担当者になっている指摘</translation>
    </message>
    <message>
        <source>What was to be done before today and is not rejected</source>
        <translation>期限が昨日以前で、却下していない指摘</translation>
    </message>
    <message>
        <source>With a date</source>
        <translation>期限あり</translation>
    </message>
    <message>
        <source>Words in the passage or comment (/)</source>
        <translation>本文・コメントの語句（/）</translation>
    </message>
    <message>
        <source>overdue</source>
        <translation>期限超過</translation>
    </message>
    <message>
        <source>the first {listed:,} of {n:,} findings</source>
        <translation>{n:,} 件のうち最初の {listed:,} 件</translation>
    </message>
    <message>
        <source>{n:,} findings</source>
        <translation>{n:,} 件</translation>
    </message>
</context>
<context>
    <name>Ask</name>
    <message>
        <source>Ask</source>
        <translation>質問</translation>
    </message>
    <message>
        <source>For example: who bears the cost of recall?</source>
        <translation>例：リコールの費用は誰が負担するか</translation>
    </message>
</context>
<context>
    <name>AskPanel</name>
    <message>
        <source>Add as finding</source>
        <translation>指摘事項に追加</translation>
    </message>
    <message>
        <source>The document is still being read. The answer follows.</source>
        <translation>文書を読み込んでいます。終わり次第お答えします。</translation>
    </message>
    <message>
        <source>These passages share words with the question. The document is being read for its answer.</source>
        <translation>質問と同じ語を含む箇所です。回答のため文書全体を読んでいます。</translation>
    </message>
    <message>
        <source>The first question about a document reads it whole. Those that follow are answered at once.</source>
        <translation>最初の質問では文書全体を読みます。次の質問からはすぐに答えが出ます。</translation>
    </message>
    <message>
        <source>These passages share words with the question.</source>
        <translation>質問と同じ語を含む箇所です。</translation>
    </message>
    <message>
        <source>Nothing in this document answers this.</source>
        <translation>この文書に答えとなる箇所はありません。</translation>
    </message>
    <message>
        <source>Nothing in this document clearly answers this. The nearest passages:</source>
        <translation>明確な答えはこの文書にありません。近い箇所：</translation>
    </message>
    <message>
        <source>1 passage may answer this.</source>
        <translation>答えと思われる箇所が 1 件あります。</translation>
    </message>
    <message>
        <source>{n} passages may answer this.</source>
        <translation>答えと思われる箇所が {n} 件あります。</translation>
    </message>
    <message>
        <source>Trust the order more than the percentages.</source>
        <translation>割合よりも順位を参考にしてください。</translation>
    </message>
    <message>
        <source>Asked before</source>
        <translation>最近の質問</translation>
    </message>
    <message>
        <source>Forget these questions</source>
        <translation>質問の履歴を消去</translation>
    </message>
</context>
<context>
    <name>Audit</name>
    <message>
        <source>The log is empty, although it was begun: all of it was removed.</source>
        <translation>記録が空です。始められていたはずの記録がすべて削除されています。</translation>
    </message>
    <message>
        <source>The log was lost or removed before this entry, and begun anew from what the workspace held then.</source>
        <translation>この項目より前の記録が失われたか削除され、その時点のワークスペースの内容から始め直されています。</translation>
    </message>
    <message>
        <source>What keeps the log from being changed is missing from the file ({what}).</source>
        <translation>記録の変更を防ぐ仕組みがファイルから失われています（{what}）。</translation>
    </message>
    <message>
        <source>Entries {what} before it are missing.</source>
        <translation>この項目の前にあるはずの項目 {what} がありません。</translation>
    </message>
    <message>
        <source>The entry was changed: it does not have the hash that it was stored with.</source>
        <translation>項目が変更されています。保存時のハッシュと一致しません。</translation>
    </message>
    <message>
        <source>The entry is not one that Fusen wrote.</source>
        <translation>Fusen が書いた項目ではありません。</translation>
    </message>
    <message>
        <source>The entry says that it is number {what}.</source>
        <translation>項目に記された番号が {what} になっています。</translation>
    </message>
    <message>
        <source>The entry does not follow the one before it: one was changed, removed, added or moved.</source>
        <translation>直前の項目につながっていません。項目が変更、削除、追加または移動されています。</translation>
    </message>
    <message>
        <source>The log does not begin as a log does, or begins twice.</source>
        <translation>記録の始まり方が正しくないか、二度始まっています。</translation>
    </message>
    <message>
        <source>The entry is signed by a key that the log does not introduce ({what}).</source>
        <translation>記録に登録されていない鍵（{what}）で署名されています。</translation>
    </message>
    <message>
        <source>The signature is not that of its signer: the entry was changed or forged.</source>
        <translation>署名が署名者のものと一致しません。項目が変更または偽造されています。</translation>
    </message>
    <message>
        <source>From this entry on there are entries of a signer who was not named: {what}.</source>
        <translation>この項目から、指定されていない署名者の項目があります: {what}</translation>
    </message>
    <message>
        <source>This is the log of another workspace than the one that lay here ({what}).</source>
        <translation>前回ここにあったものとは別のワークスペースの記録です（{what}）。</translation>
    </message>
    <message>
        <source>This machine has seen {what} entries, and there are fewer: the end was cut off, or the file is an earlier copy.</source>
        <translation>この PC では {what} 件の項目を確認していますが、それより少なくなっています。末尾が切り取られたか、以前のコピーです。</translation>
    </message>
    <message>
        <source>This machine has seen another entry in this place: the log was written anew, or another copy went on.</source>
        <translation>この PC で確認した項目とは別の項目があります。記録が書き直されたか、別のコピーで作業が続けられています。</translation>
    </message>
    <message>
        <source>What this machine kept of the log&apos;s end was changed or is damaged.</source>
        <translation>この PC に控えた記録の末尾の情報が変更されたか、壊れています。</translation>
    </message>
    <message>
        <source>No entry has the hash {what}.</source>
        <translation>ハッシュ {what} を持つ項目がありません。</translation>
    </message>
    <message>
        <source>{what} is not a file that was exported from this workspace, or was changed since.</source>
        <translation>{what} はこのワークスペースから書き出されたファイルではないか、その後に変更されています。</translation>
    </message>
    <message>
        <source>What lies beside this entry was changed, added or removed (document {what}).</source>
        <translation>この項目に添えられた情報が変更、追加または削除されています（文書 {what}）。</translation>
    </message>
    <message>
        <source>What document {what} is called or where it lies was changed past the log.</source>
        <translation>文書 {what} の名前または場所が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>The finding {what} is not as this entry left it: it was changed past the log.</source>
        <translation>指摘 {what} がこの項目の時点と異なります。記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>The finding {what}, of which this entry tells, was removed past the log.</source>
        <translation>この項目にある指摘 {what} が、記録を経ずに削除されています。</translation>
    </message>
    <message>
        <source>The finding {what} bears a decision or a remark that the log does not tell of.</source>
        <translation>指摘 {what} に、記録にない判断または書き込みがあります。</translation>
    </message>
    <message>
        <source>The finding {what} has other words or another place than those it was made of.</source>
        <translation>指摘 {what} の文言または位置が、作成時と異なります。</translation>
    </message>
    <message>
        <source>What the model found in document {what} was changed past the log.</source>
        <translation>文書 {what} のモデルの検出結果が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>Step {what} of what can be undone was changed past the log.</source>
        <translation>元に戻せる操作の {what} 番が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>An analysis of document {what} was changed, added or removed past the log.</source>
        <translation>文書 {what} の分析が、記録を経ずに変更、追加または削除されています。</translation>
    </message>
    <message>
        <source>How much of document {what} is selected was changed past the log.</source>
        <translation>文書 {what} の選択量が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>What was shown of document {what} was changed past the log.</source>
        <translation>文書 {what} の閲覧済みの範囲が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>The second looks at document {what} were changed past the log.</source>
        <translation>文書 {what} の再確認の結果が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>Document {what} was added, removed or put back past the log.</source>
        <translation>文書 {what} が、記録を経ずに追加、削除または復元されています。</translation>
    </message>
    <message>
        <source>Which document {what} is a new version of was changed past the log.</source>
        <translation>「{what}」がどの文書の新しい版であるかが、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>What document {what} took over from the version before it was changed past the log.</source>
        <translation>文書 {what} が前の版から引き継いだ内容が、記録を経ずに変更されています。</translation>
    </message>
    <message>
        <source>Workspace made</source>
        <translation>ワークスペースを作成</translation>
    </message>
    <message>
        <source>Log begun for what the workspace held: {count} documents</source>
        <translation>既存の内容（文書 {count} 件）について記録を開始</translation>
    </message>
    <message>
        <source>Another signer: {signer}</source>
        <translation>署名者を追加: {signer}</translation>
    </message>
    <message>
        <source>Took stock of what an earlier version of Fusen did not log: {count} documents</source>
        <translation>以前のバージョンの Fusen が記録していなかった内容を記録（文書 {count} 件）</translation>
    </message>
    <message>
        <source>Opened {file}</source>
        <translation>{file} を開いた</translation>
    </message>
    <message>
        <source>Found {file} at another place</source>
        <translation>{file} を別の場所で見つけた</translation>
    </message>
    <message>
        <source>Took {file} off the shelf</source>
        <translation>{file} を一覧から外した</translation>
    </message>
    <message>
        <source>Put {file} back on the shelf</source>
        <translation>{file} を一覧に戻した</translation>
    </message>
    <message>
        <source>Forgot everything about {file}</source>
        <translation>{file} に関する情報をすべて消去</translation>
    </message>
    <message>
        <source>Analysed {file} with {model}: {count} findings</source>
        <translation>{file} を {model} で解析: 指摘 {count} 件</translation>
    </message>
    <message>
        <source>Chose how much of {file} is selected: {share}</source>
        <translation>{file} の選択量を変更: {share}</translation>
    </message>
    <message>
        <source>Made {file} the new version of another document</source>
        <translation>{file} を別の文書の新しい版としました</translation>
    </message>
    <message>
        <source>Took over what was said since of the version before {file}</source>
        <translation>{file} の前の版について、その後付けられた判断を引き継ぎました</translation>
    </message>
    <message>
        <source>Said that {file} is no new version after all</source>
        <translation>{file} を新しい版ではないとしました</translation>
    </message>
    <message>
        <source>Looked at {places} of {file}</source>
        <translation>{file} の {places} を閲覧</translation>
    </message>
    <message>
        <source>Took a second look at a passage of {file}</source>
        <translation>{file} の箇所を再確認</translation>
    </message>
    <message>
        <source>Decided in {file}: {changes}</source>
        <translation>{file} で判断: {changes}</translation>
    </message>
    <message>
        <source>Exported {names}</source>
        <translation>{names} を書き出し</translation>
    </message>
    <message>
        <source>Handed over the review of {file}: {count} findings</source>
        <translation>{file} のレビューを引き渡し: 指摘 {count} 件</translation>
    </message>
    <message>
        <source>Merged the review of {reviewer} into {file}: {count} findings</source>
        <translation>{reviewer} さんのレビューを {file} に統合: 指摘 {count} 件</translation>
    </message>
    <message>
        <source>Encrypted the workspace</source>
        <translation>ワークスペースを暗号化</translation>
    </message>
    <message>
        <source>Took the encryption off the workspace</source>
        <translation>ワークスペースの暗号化を解除</translation>
    </message>
    <message>
        <source>Changed a setting: {setting}</source>
        <translation>設定を変更: {setting}</translation>
    </message>
    <message>
        <source>Acknowledged what was wrong with the log</source>
        <translation>記録の問題を確認済みにした</translation>
    </message>
    <message>
        <source>Took back in {file}: {changes}</source>
        <translation>{file} で取り消し: {changes}</translation>
    </message>
    <message>
        <source>Did again in {file}: {changes}</source>
        <translation>{file} でやり直し: {changes}</translation>
    </message>
    <message>
        <source>Careful: from entry {number} on there are entries signed by a key that this machine does not know ({signer}, {name}). Compare it with what “fusen audit key” prints on that person&apos;s machine. “fusen audit acknowledge” accepts it.</source>
        <translation>注意: 記録 {number} 以降に、この端末が知らない鍵（{signer}、{name}）で署名された記録があります。その担当者の端末で “fusen audit key” が表示する値と照合してください。問題がなければ “fusen audit acknowledge” で承認できます。</translation>
    </message>
    <message>
        <source>Entry {number}: {words}</source>
        <translation>項目 {number}: {words}</translation>
    </message>
</context>
<context>
    <name>AuditModel</name>
    <message>
        <source>When</source>
        <translation>日時</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Not readable</source>
        <translation>読み取れません</translation>
    </message>
</context>
<context>
    <name>AuditPage</name>
    <message>
        <source>Audit log</source>
        <translation>監査ログ</translation>
    </message>
    <message>
        <source>What happened in this workspace, each entry signed and chained to the one before it.</source>
        <translation>このワークスペースで行われた操作です。各項目は署名され、直前の項目に連結されています。</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>検証</translation>
    </message>
    <message>
        <source>Save as JSON…</source>
        <translation>JSON で保存…</translation>
    </message>
    <message>
        <source>Verifying…</source>
        <translation>検証しています…</translation>
    </message>
    <message>
        <source>The log is whole (entries: {count}), and the workspace holds what it tells.</source>
        <translation>ログは完全です（{count} 件）。ワークスペースの内容もログと一致しています。</translation>
    </message>
    <message>
        <source>The log is not whole, or the workspace does not hold what it tells.</source>
        <translation>ログが完全でないか、ワークスペースの内容がログと一致していません。</translation>
    </message>
    <message>
        <source>Save the audit log</source>
        <translation>監査ログを保存</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} を保存しました。</translation>
    </message>
</context>
<context>
    <name>AuditWord</name>
    <message>
        <source>accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>added</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>range</source>
        <translation>範囲</translation>
    </message>
    <message>
        <source>tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>owner</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>due</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>raised</source>
        <translation>会議で取り上げる</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>後回し</translation>
    </message>
    <message>
        <source>opinion</source>
        <translation>ほかの査読者の判断</translation>
    </message>
    <message>
        <source>disagreement settled</source>
        <translation>意見の相違を確定</translation>
    </message>
    <message>
        <source>page</source>
        <translation>ページ</translation>
    </message>
    <message>
        <source>characters</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>{count} {word}</source>
        <translation>{word} {count} 件</translation>
    </message>
</context>
<context>
    <name>Caretaker</name>
    <message>
        <source>Fusen can make a new workspace of all that can still be read, and keeps the damaged file beside it.</source>
        <translation>読み取れるすべての内容から新しいワークスペースを作成できます。壊れたファイルはその横に残します。</translation>
    </message>
    <message>
        <source>Looking for {name}…</source>
        <translation>{name} を探しています…</translation>
    </message>
    <message>
        <source>Some of it could not be read; the damaged file is kept beside it.</source>
        <translation>一部は読み取れませんでした。壊れたファイルは横に残してあります。</translation>
    </message>
    <message>
        <source>That is another file: {name} had other content when it was analysed.</source>
        <translation>別のファイルです。解析したときの {name} とは内容が異なります。</translation>
    </message>
    <message>
        <source>The workspace was recovered: {documents} documents, {decisions} decisions.</source>
        <translation>ワークスペースを復旧しました（文書 {documents} 件、判断 {decisions} 件）。</translation>
    </message>
    <message>
        <source>You see its text as it is stored.</source>
        <translation>保存されている本文を表示しています。</translation>
    </message>
    <message>
        <source>{name} is kept inside the workspace.</source>
        <translation>{name} をワークスペースの中に保存しました。</translation>
    </message>
    <message>
        <source>{name} is not kept inside the workspace any more.</source>
        <translation>{name} をワークスペースの中から取り除きました。</translation>
    </message>
    <message>
        <source>{name} is not where it was.</source>
        <translation>{name} が元の場所にありません。</translation>
    </message>
    <message>
        <source>{name} is not where it was. You see the copy that the workspace keeps.</source>
        <translation>{name} が元の場所にありません。ワークスペースに保存されている写しを表示しています。</translation>
    </message>
    <message>
        <source>{name} was found in {folder}.</source>
        <translation>{name} が {folder} で見つかりました。</translation>
    </message>
</context>
<context>
    <name>ChangedNote</name>
    <message>
        <source>Changed since you noted something on it.</source>
        <translation>メモを付けた後に文言が変わりました。</translation>
    </message>
    <message>
        <source>Changed since your decision of {date}: {decision}. Decide as before: B</source>
        <translation>{date} の判断（{decision}）の後に文言が変わりました。前回と同じ判断にする: B</translation>
    </message>
    <message>
        <source>Changed since your decision: {decision}. Decide as before: B</source>
        <translation>前回の判断（{decision}）の後に文言が変わりました。前回と同じ判断にする: B</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>accepted with other ends</source>
        <translation>範囲を変更して承認</translation>
    </message>
    <message>
        <source>added by you</source>
        <translation>自分で追加</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>却下</translation>
    </message>
</context>
<context>
    <name>Choosing</name>
    <message>
        <source>Documents</source>
        <translation>文書</translation>
    </message>
    <message>
        <source>Documents of the brief</source>
        <translation>要約書に載せる文書</translation>
    </message>
    <message>
        <source>Findings of the brief</source>
        <translation>要約書に載せる指摘</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>指摘</translation>
    </message>
    <message>
        <source>Export the undecided ones too</source>
        <translation>未判断のものも書き出す</translation>
    </message>
    <message>
        <source>Export all that was accepted</source>
        <translation>承認したものをすべて書き出す</translation>
    </message>
    <message>
        <source>Go to the first undecided finding</source>
        <translation>最初の未判断の指摘へ移動</translation>
    </message>
    <message>
        <source>Arrangement</source>
        <translation>並べ方</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>順序</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>グループ</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>文言</translation>
    </message>
    <message>
        <source>What the meeting is to decide</source>
        <translation>会議で決めること</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>表題</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>目的</translation>
    </message>
    <message>
        <source>Language of the brief</source>
        <translation>要約書の言語</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>選択…</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>フォルダーを選択</translation>
    </message>
    <message>
        <source>{name} is not analysed yet, so it cannot be exported.</source>
        <translation>{name} はまだ解析が終わっていないため、書き出せません。</translation>
    </message>
    <message>
        <source>{n:,} of {total:,}</source>
        <translation>{total:,} 件中 {n:,} 件</translation>
    </message>
    <message>
        <source>All</source>
        <translation>すべて選択</translation>
    </message>
    <message>
        <source>None</source>
        <translation>選択を解除</translation>
    </message>
    <message>
        <source>None of the accepted findings is to be raised in the meeting.</source>
        <translation>承認した指摘に、会議で取り上げるものはありません。</translation>
    </message>
    <message>
        <source>Nothing was accepted yet. The brief would have no findings.</source>
        <translation>まだ承認した指摘がありません。このままでは、要約書に指摘が載りません。</translation>
    </message>
    <message>
        <source>There is no finding that was accepted or waits for a decision.</source>
        <translation>承認した指摘も、判断を待つ指摘もありません。</translation>
    </message>
</context>
<context>
    <name>Citing</name>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>“{text}” ({file})</source>
        <translation>「{text}」（{file}）</translation>
    </message>
    <message>
        <source>“{text}” ({file}, {place})</source>
        <translation>「{text}」（{file}、{place}）</translation>
    </message>
</context>
<context>
    <name>Command</name>
    <message>
        <source>&amp;File</source>
        <translation>ファイル(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>編集(&amp;E)</translation>
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
        <source>&amp;Export…</source>
        <translation>書き出す(&amp;E)…</translation>
    </message>
    <message>
        <source>Look at the brief, choose what is in it and in which formats, and write it</source>
        <translation>要約書を確認し、内容と形式を選んで書き出します</translation>
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
        <source>Export as &amp;JSON…</source>
        <translation>JSON 形式で書き出す(&amp;J)…</translation>
    </message>
    <message>
        <source>P&amp;rint…</source>
        <translation>印刷(&amp;R)…</translation>
    </message>
    <message>
        <source>Open the e&amp;xample</source>
        <translation>サンプルを開く(&amp;X)</translation>
    </message>
    <message>
        <source>Export brief as Mark&amp;down…</source>
        <translation>要約書を Markdown 形式で書き出す(&amp;D)…</translation>
    </message>
    <message>
        <source>Print without hi&amp;ghlights…</source>
        <translation>ハイライトなしで印刷(&amp;G)…</translation>
    </message>
    <message>
        <source>Keep the file inside the wor&amp;kspace</source>
        <translation>ファイルをワークスペースの中に保存(&amp;K)</translation>
    </message>
    <message>
        <source>So that it can be read also when the file itself is gone</source>
        <translation>元のファイルがなくなっても読めるようにします</translation>
    </message>
    <message>
        <source>Look for the missing file…</source>
        <translation>見つからないファイルを探す…</translation>
    </message>
    <message>
        <source>Show where the file is…</source>
        <translation>ファイルの場所を指定…</translation>
    </message>
    <message>
        <source>Recover the workspace</source>
        <translation>ワークスペースを復旧</translation>
    </message>
    <message>
        <source>&amp;Hand over your review…</source>
        <translation>レビューを引き渡す(&amp;H)…</translation>
    </message>
    <message>
        <source>&amp;Merge a review…</source>
        <translation>レビューを統合(&amp;M)…</translation>
    </message>
    <message>
        <source>A&amp;udit log</source>
        <translation>監査ログ(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Settings</source>
        <translation>設定(&amp;S)</translation>
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
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>すべて選択</translation>
    </message>
    <message>
        <source>Select text with the keyboard</source>
        <translation>キーボードで本文を選択</translation>
    </message>
    <message>
        <source>Arrow keys move a caret on the pages, with Shift they select</source>
        <translation>矢印キーで本文中のカーソルを動かし、Shift を押しながら動かすと選択します</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>文書内を検索…</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>次の検索結果</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>前の検索結果</translation>
    </message>
    <message>
        <source>Go to page…</source>
        <translation>ページへ移動…</translation>
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
        <source>Skip</source>
        <translation>後回し</translation>
    </message>
    <message>
        <source>Leave it undecided, remember that, and go on</source>
        <translation>未決定のまま次へ進みます（後回しにしたことは記録されます）</translation>
    </message>
    <message>
        <source>Change where it begins and ends</source>
        <translation>範囲を変更</translation>
    </message>
    <message>
        <source>Change tags</source>
        <translation>タグを変更</translation>
    </message>
    <message>
        <source>Add the marked text as a finding</source>
        <translation>選択した文字列を指摘に追加</translation>
    </message>
    <message>
        <source>Mark the words on the page first</source>
        <translation>先にページ上で語句を選択してください</translation>
    </message>
    <message>
        <source>Raise in the meeting</source>
        <translation>会議で取り上げる</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>Due date</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>Why this passage?</source>
        <translation>この箇所の理由</translation>
    </message>
    <message>
        <source>Shade the words that carried the model&apos;s estimate</source>
        <translation>モデルの推定の根拠となった語句に色を付けます</translation>
    </message>
    <message>
        <source>Decide as before</source>
        <translation>前回と同じ判断にする</translation>
    </message>
    <message>
        <source>Of a passage that changed since: the decision on the version before</source>
        <translation>文言が変わった箇所に、前の版での判断を適用します</translation>
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
        <source>This is a new version of…</source>
        <translation>この文書の前の版を指定…</translation>
    </message>
    <message>
        <source>Carries over what was decided, where the words are the same</source>
        <translation>文言が同じ箇所の判断を引き継ぎます</translation>
    </message>
    <message>
        <source>Not a new version after all</source>
        <translation>新しい版の指定を取り消す</translation>
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
        <source>Sort by uncertainty</source>
        <translation>不確かな順に並べる</translation>
    </message>
    <message>
        <source>First those that could as well be on the other side of the threshold</source>
        <translation>重要かどうかの境目に近く、判定が不確かなものから並べます</translation>
    </message>
    <message>
        <source>Sort by tag</source>
        <translation>タグ順に並べる</translation>
    </message>
    <message>
        <source>Group by section</source>
        <translation>条項ごとにまとめる</translation>
    </message>
    <message>
        <source>Left and right close and open a section in the list</source>
        <translation>一覧では左右の矢印キーで条項を閉じたり開いたりできます</translation>
    </message>
    <message>
        <source>Close or open all sections</source>
        <translation>すべての条項を閉じる／開く</translation>
    </message>
    <message>
        <source>Filter the findings</source>
        <translation>指摘を絞り込む</translation>
    </message>
    <message>
        <source>Show all findings</source>
        <translation>すべての指摘を表示</translation>
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
        <source>What was looked at</source>
        <translation>確認状況</translation>
    </message>
    <message>
        <source>Section by section: what was decided on and shown, and what is left</source>
        <translation>判断済みの箇所、表示したページ、残りの箇所を条項ごとに示します</translation>
    </message>
    <message>
        <source>Go to what is left</source>
        <translation>残りの箇所へ進む</translation>
    </message>
    <message>
        <source>First every selected passage without a decision, then every page never shown</source>
        <translation>未判断の選択箇所、続いて一度も表示していないページへ順に進みます</translation>
    </message>
    <message>
        <source>Blind second look</source>
        <translation>抜き取り確認</translation>
    </message>
    <message>
        <source>Judge a few passages that were not selected, drawn at random</source>
        <translation>選択されなかった箇所を無作為にいくつか抜き取り、重要かどうかを確かめます</translation>
    </message>
    <message>
        <source>Ask…</source>
        <translation>質問…</translation>
    </message>
    <message>
        <source>Finds the passages that answer a question about this document</source>
        <translation>質問の答えとなる箇所をこの文書から探します</translation>
    </message>
    <message>
        <source>Documents by tag</source>
        <translation>タグ別の文書一覧</translation>
    </message>
    <message>
        <source>All documents of the workspace beside each other: governing law, caps, terms</source>
        <translation>準拠法、責任の上限、期間などを、ワークスペースのすべての文書で並べて比べます</translation>
    </message>
    <message>
        <source>All findings</source>
        <translation>すべての指摘</translation>
    </message>
    <message>
        <source>The findings of all documents in one list: what is mine, what is due, what is undecided</source>
        <translation>すべての文書の指摘を一覧にします（自分の担当、期限、未判断など）</translation>
    </message>
    <message>
        <source>Search all documents…</source>
        <translation>すべての文書を検索…</translation>
    </message>
    <message>
        <source>Changes since the version before</source>
        <translation>前の版からの変更</translation>
    </message>
    <message>
        <source>Both versions side by side, what changed, and what was decided on it</source>
        <translation>新旧の版を並べて、変更点とそれまでの判断を表示します</translation>
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
        <source>Forward again</source>
        <translation>次の位置へ進む</translation>
    </message>
    <message>
        <source>Documents and contents</source>
        <translation>文書と目次</translation>
    </message>
    <message>
        <source>In a narrow window the list to the left makes room; this shows or hides it</source>
        <translation>ウィンドウの幅が狭いときは左側の一覧が隠れます。ここで表示と非表示を切り替えます</translation>
    </message>
    <message>
        <source>Two documents side by side</source>
        <translation>文書を左右に並べて表示</translation>
    </message>
    <message>
        <source>Shows another open document, or this one at another place, to the right</source>
        <translation>開いている別の文書、または同じ文書の別の箇所を右側に表示します</translation>
    </message>
    <message>
        <source>Go to the other document</source>
        <translation>もう一方の文書へ移る</translation>
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
        <source>Fit page</source>
        <translation>ページ全体を表示</translation>
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
    <name>CrashBar</name>
    <message>
        <source>Report</source>
        <translation>報告書</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Something went wrong in Fusen. Your decisions are stored; you can go on.</source>
        <translation>Fusen に問題が発生しました。判断は保存されており、このまま続けられます。</translation>
    </message>
    <message>
        <source>This report holds no text of your documents, and nothing was sent. It lies in {file}.</source>
        <translation>この報告書に文書の内容は含まれず、送信も行っていません。保存先：{file}</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Hide the report</source>
        <translation>報告書を隠す</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>報告書を表示</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>コピーしました</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>All files (*)</source>
        <translation>すべてのファイル (*)</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>フォルダーを選択</translation>
    </message>
    <message>
        <source>Choose a template</source>
        <translation>テンプレートを選択</translation>
    </message>
    <message>
        <source>Documents ({endings});;All files (*)</source>
        <translation>文書 ({endings});;すべてのファイル (*)</translation>
    </message>
    <message>
        <source>Merge a review</source>
        <translation>レビューを統合</translation>
    </message>
    <message>
        <source>Open documents</source>
        <translation>文書を開く</translation>
    </message>
    <message>
        <source>Reviews ({endings})</source>
        <translation>レビュー ({endings})</translation>
    </message>
    <message>
        <source>Templates ({endings})</source>
        <translation>テンプレート ({endings})</translation>
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
    <name>ExportBar</name>
    <message>
        <source>Progress of the export</source>
        <translation>書き出しの進み具合</translation>
    </message>
    <message>
        <source>Keep both</source>
        <translation>両方を残す</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>置き換える</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>フォルダーを開く</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>Done</source>
        <translation>完了</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>Preview of the brief</source>
        <translation>要約書のプレビュー</translation>
    </message>
    <message>
        <source>No document of this workspace was analysed yet.</source>
        <translation>このワークスペースには、解析済みの文書がまだありません。</translation>
    </message>
    <message>
        <source>Choose a document.</source>
        <translation>文書を選択してください。</translation>
    </message>
    <message>
        <source>Reading the findings…</source>
        <translation>指摘を読み込んでいます…</translation>
    </message>
    <message numerus="yes">
        <source>Preview of the first findings; %n more will be written.</source>
        <translation>
            <numerusform>プレビューは最初の指摘のみです。ほかに %n 件も書き出されます。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Preview: %n finding(s)</source>
        <translation>
            <numerusform>プレビュー：指摘 %n 件</numerusform>
        </translation>
    </message>
    <message>
        <source>Another file of this export has this name.</source>
        <translation>この書き出しに、同じ名前のファイルがもう 1 つあります。</translation>
    </message>
    <message>
        <source>This is the document itself, which is never written over.</source>
        <translation>これは元の文書です。上書きすることはできません。</translation>
    </message>
    <message>
        <source>Choose a format.</source>
        <translation>形式を選択してください。</translation>
    </message>
    <message>
        <source>A document is never written over.</source>
        <translation>元の文書に上書きすることはできません。</translation>
    </message>
    <message>
        <source>Two files would have the same name.</source>
        <translation>2 つのファイルが同じ名前になります。</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>書き出しています…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>中止しています…</translation>
    </message>
    <message>
        <source>The settings could not be kept: {reason}.</source>
        <translation>設定を保存できませんでした：{reason}</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) written.</source>
        <translation>
            <numerusform>%n 個のファイルを書き出しました。</numerusform>
        </translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>As in the document</source>
        <translation>文書の順</translation>
    </message>
    <message>
        <source>By decision</source>
        <translation>判断ごと</translation>
    </message>
    <message>
        <source>By due date</source>
        <translation>期限順</translation>
    </message>
    <message>
        <source>By owner</source>
        <translation>担当者ごと</translation>
    </message>
    <message>
        <source>By tag</source>
        <translation>タグごと</translation>
    </message>
    <message>
        <source>Cancelled. {done} of {total} files were written.</source>
        <translation>キャンセルしました。{total} 個のうち {done} 個のファイルを書き出しました。</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>文書</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>修正</translation>
    </message>
    <message>
        <source>Most important first</source>
        <translation>重要度の高い順</translation>
    </message>
    <message>
        <source>No groups</source>
        <translation>グループなし</translation>
    </message>
    <message>
        <source>Of what you accepted, only what is to be raised in the meeting</source>
        <translation>承認したもののうち、会議で取り上げるものだけ</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>Raised</source>
        <translation>会議で取り上げる</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>Section</source>
        <translation>章・条</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>What you accepted, and what you have not decided on yet</source>
        <translation>承認したものと、まだ判断していないもの</translation>
    </message>
    <message>
        <source>What you accepted, edited or added</source>
        <translation>承認、修正、追加したもの</translation>
    </message>
    <message>
        <source>With undecided</source>
        <translation>未判断も含む</translation>
    </message>
    <message numerus="yes">
        <source>Write %n file(s)</source>
        <translation>
            <numerusform>%n 個のファイルを書き出す</numerusform>
        </translation>
    </message>
    <message>
        <source>Writing {name} ({n} of {total})</source>
        <translation>{name} を書き出しています（{total} 個中 {n} 個目）</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>to be raised</source>
        <translation>会議で取り上げる</translation>
    </message>
    <message>
        <source>{done} of {total} files were written.</source>
        <translation>{total} 個のうち {done} 個のファイルを書き出しました。</translation>
    </message>
    <message>
        <source>{names} and {n} more are in this folder already.</source>
        <translation>{names} ほか {n} 個は、すでにこのフォルダーにあります。</translation>
    </message>
    <message>
        <source>{names} are in this folder already.</source>
        <translation>{names} は、すでにこのフォルダーにあります。</translation>
    </message>
    <message>
        <source>{name} is in this folder already.</source>
        <translation>{name} は、すでにこのフォルダーにあります。</translation>
    </message>
</context>
<context>
    <name>Exporter</name>
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
    <name>FileRow</name>
    <message>
        <source>File name of {format}</source>
        <translation>{format} のファイル名</translation>
    </message>
    <message>
        <source>Open file</source>
        <translation>ファイルを開く</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>フォルダーを開く</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>{name} を開く</translation>
    </message>
    <message>
        <source>Open the folder of {name}</source>
        <translation>{name} のフォルダーを開く</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>書き出しました</translation>
    </message>
    <message>
        <source>Not written</source>
        <translation>書き出していません</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Words in the passage or comment (/)</source>
        <translation>本文・コメントの語句（/）</translation>
    </message>
    <message>
        <source>Show findings with these words</source>
        <translation>この語句を含む指摘を表示</translation>
    </message>
    <message>
        <source>Pages 3–7</source>
        <translation>ページ 3–7</translation>
    </message>
    <message>
        <source>Show findings on these pages</source>
        <translation>このページの指摘を表示</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>すべて表示</translation>
    </message>
    <message>
        <source>{shown:,} of {total:,} shown</source>
        <translation>{total:,} 件中 {shown:,} 件を表示</translation>
    </message>
    <message>
        <source>There are no such pages.</source>
        <translation>該当するページがありません。</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>Disagreement</source>
        <translation>意見の相違</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>範囲変更</translation>
    </message>
    <message>
        <source>From the model</source>
        <translation>モデルによる指摘</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>後回し</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>未判断</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this document</source>
        <translation>この文書内を検索</translation>
    </message>
    <message>
        <source>Match case</source>
        <translation>大文字と小文字を区別</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>単語</translation>
    </message>
    <message>
        <source>Whole words only</source>
        <translation>単語全体が一致するものだけ</translation>
    </message>
    <message>
        <source>Previous hit (Shift+F3)</source>
        <translation>前の検索結果 (Shift+F3)</translation>
    </message>
    <message>
        <source>Next hit (F3)</source>
        <translation>次の検索結果 (F3)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>閉じる (Esc)</translation>
    </message>
    <message>
        <source>The text is still being read.</source>
        <translation>本文を読み込み中です。</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{count} 件中 {number} 件目</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>見つかりません</translation>
    </message>
</context>
<context>
    <name>FindingCard</name>
    <message>
        <source>Owner (O)</source>
        <translation>担当者（O）</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>担当者</translation>
    </message>
    <message>
        <source>Write a date as 2026-03-31, 3-31 for the next one, or +7 for seven days from today.</source>
        <translation>日付は「2026-03-31」、次の 3 月 31 日なら「3-31」、今日から 7 日後なら「+7」と入力してください。</translation>
    </message>
    <message>
        <source>Due date (D)</source>
        <translation>期限（D）</translation>
    </message>
    <message>
        <source>Due date</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>Comment (C) – goes with the finding into every export</source>
        <translation>コメント（C）：書き出すすべての資料に指摘とともに入ります</translation>
    </message>
    <message>
        <source>Comment</source>
        <translation>コメント</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Ends</source>
        <translation>範囲</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Raise</source>
        <translation>会議</translation>
    </message>
    <message>
        <source> – “{comment}”</source>
        <translation> – 「{comment}」</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Definition of {term}</source>
        <translation>「{term}」の定義</translation>
    </message>
    <message>
        <source>Definition: {words}</source>
        <translation>定義：{words}</translation>
    </message>
    <message>
        <source>First estimate: of 100 passages like this one, about {n} ({low} to {high}) must be read</source>
        <translation>最初の推定：このような箇所 100 件のうち、約 {n} 件（{low}～{high} 件）は読む必要があります</translation>
    </message>
    <message>
        <source>No words stand out: the estimate rests on the passage as a whole.</source>
        <translation>際立つ語句はありません。推定は箇所全体に基づいています。</translation>
    </message>
    <message>
        <source>Read with its neighbours alone: {value:.0%}.</source>
        <translation>前後の文だけと合わせて読んだ場合の重要度：{value:.0%}</translation>
    </message>
    <message>
        <source>Shaded: words without which the model&apos;s estimate falls most, first {words}.</source>
        <translation>色付き：取り除くとモデルの推定が最も下がる語句。影響の大きい順に{words}。</translation>
    </message>
    <message>
        <source>The model did not weigh this text.</source>
        <translation>この文字列はモデルの評価対象外です。</translation>
    </message>
    <message>
        <source>The reviewers disagree; decide again to settle it.</source>
        <translation>レビュー担当者の意見が分かれています。改めて判断すると確定します。</translation>
    </message>
    <message>
        <source>They disagreed; {name} decided on {date}: {decision}</source>
        <translation>意見が分かれましたが、{name}が {date} に最終判断しました: {decision}</translation>
    </message>
    <message>
        <source>You</source>
        <translation>自分</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>added</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>added by you</source>
        <translation>自分で追加</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>範囲を修正</translation>
    </message>
    <message>
        <source>ends moved</source>
        <translation>範囲を変更済み</translation>
    </message>
    <message>
        <source>rank {rank} of {passages:,}</source>
        <translation>{passages:,} 箇所中 {rank} 位</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>後回し</translation>
    </message>
    <message>
        <source>undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>{grade}: of 100 passages like this one, about {n} ({low} to {high}) must be read</source>
        <translation>{grade}：このような箇所 100 件のうち、約 {n} 件（{low}～{high} 件）は読む必要があります</translation>
    </message>
    <message>
        <source>“{words}”</source>
        <translation>「{words}」</translation>
    </message>
    <message>
        <source>not selected</source>
        <translation>選択外</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>and {n} more</source>
        <translation>ほか {n} 件</translation>
    </message>
    <message>
        <source>Asking the model which words it goes by…</source>
        <translation>根拠となった語句をモデルに問い合わせています…</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>Added by you</source>
        <translation>自分で追加</translation>
    </message>
    <message>
        <source>Before the first heading</source>
        <translation>最初の見出しより前</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>閉じています</translation>
    </message>
    <message>
        <source>open</source>
        <translation>開いています</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>{n} · done</source>
        <translation>{n} 件 · 完了</translation>
    </message>
    <message>
        <source>{open} of {n} open</source>
        <translation>{n} 件中 未判断 {open}</translation>
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
        <source>Ledger</source>
        <translation>確認状況</translation>
    </message>
    <message>
        <source>Show all findings</source>
        <translation>すべての指摘を表示</translation>
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
        <source>No finding has these.</source>
        <translation>条件に合う指摘はありません。</translation>
    </message>
    <message>
        <source>Nothing is selected.</source>
        <translation>選択された箇所はありません。</translation>
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
    <name>ForgetBar</name>
    <message>
        <source>Forget for good</source>
        <translation>完全に消去</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Forget {name} for good? All that was found, decided and commented in it is erased, also in copies of the workspace. This cannot be undone. The file itself and what was exported stay. Remove it from the workspace instead to keep the decisions.</source>
        <translation>{name} の記録を完全に消去しますか。指摘、判断、コメントなどの記録を、ワークスペースの控えからも含めてすべて消去します。この操作は取り消せません。文書ファイル自体と書き出したファイルは残ります。判断を残したい場合は、代わりに「ワークスペースから外す」を使ってください。</translation>
    </message>
    <message>
        <source>Forgetting {name}…</source>
        <translation>{name} の記録を消去しています…</translation>
    </message>
</context>
<context>
    <name>Forgetting</name>
    <message>
        <source>Copies that could not be read were removed: {names}.</source>
        <translation>読み取れない控えを削除しました：{names}</translation>
    </message>
    <message>
        <source>{name} is forgotten.</source>
        <translation>{name} の記録を消去しました。</translation>
    </message>
</context>
<context>
    <name>FormatRow</name>
    <message>
        <source>Choose…</source>
        <translation>選択…</translation>
    </message>
    <message>
        <source>Use none</source>
        <translation>使わない</translation>
    </message>
    <message>
        <source>Choose a template for {format}</source>
        <translation>{format} のテンプレートを選択</translation>
    </message>
    <message>
        <source>Use no template for {format}</source>
        <translation>{format} にテンプレートを使わない</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>Company template: {name}</source>
        <translation>社内テンプレート：{name}</translation>
    </message>
    <message numerus="yes">
        <source>%n more file(s), named alike</source>
        <translation>
            <numerusform>ほか %n 個のファイル（同様の名前）</numerusform>
        </translation>
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
        <source>Forward</source>
        <translation>進む</translation>
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
    <name>HousePage</name>
    <message>
        <source>Done</source>
        <translation>完了</translation>
    </message>
</context>
<context>
    <name>Household</name>
    <message>
        <source>Protection</source>
        <translation>保護</translation>
    </message>
    <message>
        <source>Hand over your review</source>
        <translation>レビューを引き渡す</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} を保存しました。</translation>
    </message>
    <message>
        <source>Page {page} of {pages}</source>
        <translation>{page} / {pages} ページ</translation>
    </message>
</context>
<context>
    <name>KeyMap</name>
    <message>
        <source>Keys</source>
        <translation>キー操作一覧</translation>
    </message>
    <message>
        <source>Change keys…</source>
        <translation>キーを変更…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
</context>
<context>
    <name>KeyRows</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{key} is the key of “{command}” as well.</source>
        <translation>{key} は「{command}」にも割り当てられています。</translation>
    </message>
    <message>
        <source>Key of “{command}”</source>
        <translation>「{command}」のキー</translation>
    </message>
    <message>
        <source>Press a key</source>
        <translation>キーを押してください</translation>
    </message>
    <message>
        <source>Use it here</source>
        <translation>こちらで使う</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>既定に戻す</translation>
    </message>
</context>
<context>
    <name>Ledger</name>
    <message>
        <source>1 page never shown</source>
        <translation>未表示 1 ページ</translation>
    </message>
    <message>
        <source>1 passage, none selected</source>
        <translation>1 箇所（選択なし）</translation>
    </message>
    <message>
        <source>1 selected passage undecided</source>
        <translation>未判断の選択箇所 1 件</translation>
    </message>
    <message>
        <source>Among the other {rest:,}, about {n:,} may matter ({low:,} to {high:,}).</source>
        <translation>残る {rest:,} 箇所のうち、約 {n:,} 箇所（{low:,}～{high:,}）が重要と見込まれます。</translation>
    </message>
    <message>
        <source>Before the first heading</source>
        <translation>最初の見出しより前</translation>
    </message>
    <message>
        <source>Drawn at random from what is not selected: {drawn:,}, of which {hits:,} important.</source>
        <translation>選択外から無作為に抜き取った {drawn:,} 箇所のうち、重要だったのは {hits:,} 箇所です。</translation>
    </message>
    <message>
        <source>Everything that was selected is decided, and everything was shown.</source>
        <translation>選択された箇所はすべて判断済みで、全体が表示済みです。</translation>
    </message>
    <message>
        <source>No second look was taken yet: how much is missed is only the model&apos;s estimate.</source>
        <translation>抜き取り確認はまだ行われていません。見落としの数は、モデルの推定によるものだけです。</translation>
    </message>
    <message>
        <source>None is left unread.</source>
        <translation>確認していない箇所は残っていません。</translation>
    </message>
    <message>
        <source>The second looks so far were taken of a larger selection and say nothing of what this one leaves out.</source>
        <translation>これまでの抜き取り確認は、より多くを選択した状態で行われたため、現在の選択外の箇所については分かりません。</translation>
    </message>
    <message>
        <source>everything was shown</source>
        <translation>全体を表示済み</translation>
    </message>
    <message>
        <source>never shown</source>
        <translation>未表示</translation>
    </message>
    <message>
        <source>nothing left to decide</source>
        <translation>すべて判断済み</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>shown</source>
        <translation>表示済み</translation>
    </message>
    <message>
        <source>{decisions}, {unseen}</source>
        <translation>{decisions}、{unseen}</translation>
    </message>
    <message>
        <source>{done:,} of {n:,} decided</source>
        <translation>{n:,} 件中 {done:,} 件判断済み</translation>
    </message>
    <message>
        <source>{n:,} pages never shown</source>
        <translation>未表示 {n:,} ページ</translation>
    </message>
    <message>
        <source>{n:,} passages, none selected</source>
        <translation>{n:,} 箇所（選択なし）</translation>
    </message>
    <message>
        <source>{n:,} selected passages undecided</source>
        <translation>未判断の選択箇所 {n:,} 件</translation>
    </message>
    <message>
        <source>{share:.0%} of the text never shown</source>
        <translation>本文の {share:.0%} が未表示</translation>
    </message>
    <message>
        <source>{share:.0%} shown</source>
        <translation>{share:.0%} 表示済み</translation>
    </message>
    <message>
        <source>{shown} of {n} pages shown</source>
        <translation>{n} ページ中 {shown} ページ表示済み</translation>
    </message>
</context>
<context>
    <name>LedgerPage</name>
    <message>
        <source>How much is done</source>
        <translation>進み具合</translation>
    </message>
    <message>
        <source>Go to what is left  ⇧L</source>
        <translation>残りの箇所へ進む  ⇧L</translation>
    </message>
    <message>
        <source>Blind second look  V</source>
        <translation>抜き取り確認  V</translation>
    </message>
    <message>
        <source>Sections</source>
        <translation>条項</translation>
    </message>
    <message>
        <source>The document is still being read.</source>
        <translation>文書を読み込んでいます。</translation>
    </message>
</context>
<context>
    <name>ListBar</name>
    <message>
        <source>Importance</source>
        <translation>重要度順</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>文書順</translation>
    </message>
    <message>
        <source>Uncertainty</source>
        <translation>不確か順</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>タグ順</translation>
    </message>
    <message>
        <source>Sections</source>
        <translation>条項別</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>絞り込み</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>並べ替え</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Look for {name} in this folder</source>
        <translation>{name} を探すフォルダー</translation>
    </message>
    <message>
        <source>Where {name} is</source>
        <translation>{name} の場所</translation>
    </message>
</context>
<context>
    <name>Matrix</name>
    <message>
        <source>{n} more</source>
        <translation>ほか {n} 件</translation>
    </message>
</context>
<context>
    <name>MatrixView</name>
    <message>
        <source>Filter</source>
        <translation>絞り込み</translation>
    </message>
    <message>
        <source>Filter the documents</source>
        <translation>文書を絞り込む</translation>
    </message>
    <message>
        <source>Documents by tag</source>
        <translation>タグ別の文書一覧</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>本文</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>重要度</translation>
    </message>
    <message>
        <source>Sort by this; by text and importance in the column that was clicked on last</source>
        <translation>並べ替え（本文と重要度は、最後にクリックした列が対象です）</translation>
    </message>
    <message>
        <source>Comparing the documents…</source>
        <translation>文書を比較しています…</translation>
    </message>
    <message>
        <source>No document of this workspace was analysed yet.</source>
        <translation>このワークスペースには分析済みの文書がまだありません。</translation>
    </message>
    <message>
        <source>No passage of these documents has a tag.</source>
        <translation>これらの文書にタグの付いた箇所はありません。</translation>
    </message>
    <message>
        <source>1 document</source>
        <translation>1 文書</translation>
    </message>
    <message>
        <source>{n:,} documents</source>
        <translation>{n:,} 文書</translation>
    </message>
    <message>
        <source>{shown:,} of {n:,} documents</source>
        <translation>{n:,} 文書中 {shown:,} 文書</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>すべて表示</translation>
    </message>
    <message>
        <source>Export the matrix</source>
        <translation>一覧表の書き出し</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} を保存しました。</translation>
    </message>
</context>
<context>
    <name>MergePage</name>
    <message>
        <source>Reviewers</source>
        <translation>レビュー担当者</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>統合</translation>
    </message>
    <message>
        <source>Hand over your review</source>
        <translation>レビューを引き渡す</translation>
    </message>
    <message>
        <source>A signed file with your decisions and comments, for another reviewer to merge.</source>
        <translation>自分の判断とコメントを署名付きのファイルに保存します。ほかの担当者が統合できます。</translation>
    </message>
    <message>
        <source>Without the findings&apos; words and the documents&apos; titles</source>
        <translation>指摘箇所の文言と文書の表題を含めない</translation>
    </message>
    <message>
        <source>Your comments stay in it. It can only be merged where the same documents were opened.</source>
        <translation>コメントは含まれます。同じ文書を開いたワークスペースでのみ統合できます。</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>ファイルに保存…</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>一致度</translation>
    </message>
    <message>
        <source>Accepted, edited and added count as: it matters. Kappa is agreement beyond chance; 1 is full agreement. What was decided in the end, knowing what others said, does not count.</source>
        <translation>承認、編集、追加は「重要」と数えます。κ 係数は偶然を超える一致の度合いで、1 が完全な一致です。ほかの担当者の意見を知ったうえでの最終判断は含みません。</translation>
    </message>
    <message>
        <source>Passages on which they disagree: {count}; settled since: {settled}</source>
        <translation>意見が分かれた箇所: {count}（うち確定済み: {settled}）</translation>
    </message>
    <message>
        <source>{names}: alike {share} % of {count} passages; kappa {value}</source>
        <translation>{names}: {count} 箇所の {share} % で一致、κ 係数 {value}</translation>
    </message>
    <message>
        <source>; too few to tell much</source>
        <translation>（件数が少なく判断できません）</translation>
    </message>
    <message>
        <source>Drop a review that was handed over ({ending}) on the window to merge it.</source>
        <translation>引き渡されたレビュー（{ending}）をウィンドウにドロップすると統合できます。</translation>
    </message>
    <message>
        <source>All of it was merged before.</source>
        <translation>すべて統合済みです。</translation>
    </message>
    <message>
        <source>Merged. Undo takes it back in one step.</source>
        <translation>統合しました。「元に戻す」で一度に取り消せます。</translation>
    </message>
    <message>
        <source>you</source>
        <translation>自分</translation>
    </message>
    <message>
        <source>Only one reviewer has decided so far.</source>
        <translation>判断した担当者はまだ 1 人だけです。</translation>
    </message>
    <message>
        <source>alike {agreed} of {count}</source>
        <translation>{count} 箇所中 {agreed} 箇所で一致</translation>
    </message>
    <message>
        <source>too few to tell much</source>
        <translation>件数が少なく判断できません</translation>
    </message>
    <message>
        <source>{reviewer} decided on passages: {decided}. As you: {same}. Otherwise: {otherwise}. Not decided by you: {undecided}.</source>
        <translation>{reviewer} さんが判断した箇所: {decided}。自分と同じ: {same}、異なる: {otherwise}、自分は未判断: {undecided}。</translation>
    </message>
    <message>
        <source>Passages that are not known here and are left out: {count}.</source>
        <translation>ここでは不明のため除外した箇所: {count}。</translation>
    </message>
    <message>
        <source>Not in this workspace, so not merged: {names}.</source>
        <translation>このワークスペースにないため統合しない文書: {names}。</translation>
    </message>
    <message>
        <source>{names}: there is no passage on which all of them decided.</source>
        <translation>{names}: 全員が判断した箇所はありません。</translation>
    </message>
    <message>
        <source>{names}: alike {share} % of {count} passages; all one answer, so kappa is not defined.</source>
        <translation>{names}: {count} 箇所のうち {share}% が一致。すべて同じ判断のため κ は定義されません。</translation>
    </message>
    <message>
        <source>{names}: alike {share} % of {count} passages; kappa {value} (95 %: {low} to {high})</source>
        <translation>{names}: {count} 箇所のうち {share}% が一致。κ = {value}（95%: {low}～{high}）</translation>
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
        <source>Recover what can be read</source>
        <translation>読み取れる内容を復旧</translation>
    </message>
    <message>
        <source>Look for it…</source>
        <translation>フォルダーから探す…</translation>
    </message>
    <message>
        <source>Show where it is…</source>
        <translation>場所を指定…</translation>
    </message>
    <message>
        <source>Analyse again</source>
        <translation>解析し直す</translation>
    </message>
</context>
<context>
    <name>Outline</name>
    <message>
        <source>Contents</source>
        <translation>目次</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>ページ</translation>
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
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy the summary with the place of each sentence (Ctrl+C)</source>
        <translation>要約を各文の該当箇所とともにコピーします（Ctrl+C）</translation>
    </message>
    <message>
        <source>Dashed: the most important one of a section that the summary leaves out.</source>
        <translation>点線は、要約に文がない節で最も重要な箇所です。</translation>
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
    <name>PageField</name>
    <message>
        <source>Go to page (Ctrl+G)</source>
        <translation>ページへ移動 (Ctrl+G)</translation>
    </message>
    <message>
        <source>Go to page</source>
        <translation>ページへ移動</translation>
    </message>
    <message>
        <source>1 to {count}, or a label such as {label}</source>
        <translation>1～{count}、または「{label}」などのページ番号</translation>
    </message>
    <message>
        <source>1 to {count}</source>
        <translation>1～{count}</translation>
    </message>
    <message>
        <source>There is no page “{typed}” (1 to {count})</source>
        <translation>「{typed}」というページはありません（1～{count}）</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>Show another open document here</source>
        <translation>開いている別の文書をここに表示</translation>
    </message>
    <message>
        <source>Show one document only (Ctrl+\)</source>
        <translation>一つの文書だけを表示 (Ctrl+\)</translation>
    </message>
    <message>
        <source>Show one document only</source>
        <translation>一つの文書だけを表示</translation>
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
    <name>Places</name>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>{shown} of {n} places</source>
        <translation>{n} 箇所中 {shown} 箇所</translation>
    </message>
    <message>
        <source>1 place</source>
        <translation>1 箇所</translation>
    </message>
    <message>
        <source>{n} places</source>
        <translation>{n} 箇所</translation>
    </message>
</context>
<context>
    <name>PrintBar</name>
    <message>
        <source>Progress of printing</source>
        <translation>印刷の進み具合</translation>
    </message>
    <message>
        <source>Printing {name}…</source>
        <translation>{name} を印刷しています…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>中止</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>{name} was sent to the printer.</source>
        <translation>{name} をプリンターに送りました。</translation>
    </message>
    <message>
        <source>Printing was cancelled.</source>
        <translation>印刷を中止しました。</translation>
    </message>
</context>
<context>
    <name>Protecting</name>
    <message>
        <source>A document is being read or analysed. Wait until that is done, or cancel it.</source>
        <translation>文書を読み取り中または分析中です。終わるまで待つか、中止してください。</translation>
    </message>
    <message>
        <source>The workspace is encrypted now, and so are its copies from before updates.</source>
        <translation>ワークスペースを暗号化しました。更新前の控えがあれば、それも暗号化しました。</translation>
    </message>
    <message>
        <source>The workspace has the new passphrase; the old one opens it no more.</source>
        <translation>新しいパスフレーズに変更しました。以前のパスフレーズでは開けません。</translation>
    </message>
    <message>
        <source>The workspace is decrypted.</source>
        <translation>ワークスペースの暗号化を解除しました。</translation>
    </message>
    <message>
        <source>Copies that could not be read were removed: {names}.</source>
        <translation>読み取れない控えを削除しました：{names}</translation>
    </message>
    <message>
        <source>Copies that could not be written anew stay as they were: {names}.</source>
        <translation>書き直せなかった控えは、元のまま残っています：{names}</translation>
    </message>
</context>
<context>
    <name>ProtectionPart</name>
    <message>
        <source>Encrypt…</source>
        <translation>暗号化…</translation>
    </message>
    <message>
        <source>Change the passphrase…</source>
        <translation>パスフレーズを変更…</translation>
    </message>
    <message>
        <source>Decrypt…</source>
        <translation>暗号化を解除…</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進み具合</translation>
    </message>
    <message>
        <source>New passphrase</source>
        <translation>新しいパスフレーズ</translation>
    </message>
    <message>
        <source>The same once more</source>
        <translation>もう一度入力</translation>
    </message>
    <message>
        <source>I have kept the passphrase in a safe place</source>
        <translation>パスフレーズを安全な場所に控えました</translation>
    </message>
    <message>
        <source>Remember on this machine</source>
        <translation>このコンピューターに記憶する</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>The workspace is encrypted.</source>
        <translation>ワークスペースは暗号化されています。</translation>
    </message>
    <message>
        <source>The workspace is not encrypted.</source>
        <translation>ワークスペースは暗号化されていません。</translation>
    </message>
    <message>
        <source>Only its passphrase opens it. Exported files and the documents themselves are not encrypted by this.</source>
        <translation>パスフレーズを知っている人だけが開けます。書き出したファイルと元の文書は、これによって暗号化されません。</translation>
    </message>
    <message>
        <source>Who can read your files can read in it what was analysed, found and decided. Encrypted, only who knows the passphrase can. Exported files and the documents themselves stay as they are.</source>
        <translation>あなたのファイルを読める人は、分析した本文、指摘、判断の内容も読めます。暗号化すると、パスフレーズを知っている人だけが読めるようになります。書き出したファイルと元の文書は、そのまま変わりません。</translation>
    </message>
    <message>
        <source>Encrypt</source>
        <translation>暗号化</translation>
    </message>
    <message>
        <source>Change the passphrase</source>
        <translation>パスフレーズを変更</translation>
    </message>
    <message>
        <source>Decrypt</source>
        <translation>暗号化を解除</translation>
    </message>
    <message>
        <source>Decrypted, who can read your files can read all that is in the workspace.</source>
        <translation>暗号化を解除すると、あなたのファイルを読める人は、ワークスペースの内容をすべて読めるようになります。</translation>
    </message>
    <message>
        <source>Without the passphrase nobody can open the workspace again: not you, not Fusen, not its makers. There is no other way in. Several words that do not belong together are easy to keep in mind and hard to guess.</source>
        <translation>パスフレーズを失うと、ご本人も、Fusen も、その開発者も、ワークスペースを二度と開けません。ほかに開く方法はありません。互いに関係のない複数の単語を並べると、覚えやすく推測されにくいパスフレーズになります。</translation>
    </message>
    <message>
        <source>{n} characters are the least.</source>
        <translation>{n} 文字以上にしてください。</translation>
    </message>
    <message>
        <source>The two differ.</source>
        <translation>二つの入力が一致しません。</translation>
    </message>
</context>
<context>
    <name>RangeEditor</name>
    <message>
        <source>Ends of the finding</source>
        <translation>指摘の範囲</translation>
    </message>
    <message>
        <source>← → end   Shift+← → start   Enter keeps   Esc drops</source>
        <translation>← → 終わり&#x3000;Shift+← → 始まり&#x3000;Enter 確定&#x3000;Esc 取消</translation>
    </message>
</context>
<context>
    <name>Reading</name>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Find “{words}”</source>
        <translation>「{words}」を文書内で検索</translation>
    </message>
</context>
<context>
    <name>RecentButton</name>
    <message>
        <source>Forget for good…</source>
        <translation>記録を完全に消去…</translation>
    </message>
    <message>
        <source>Not analysed</source>
        <translation>未解析</translation>
    </message>
    <message numerus="yes">
        <source>%n of {total} decided</source>
        <translation>
            <numerusform>{total} 件中 %n 件判断済み</numerusform>
        </translation>
    </message>
    <message>
        <source>All decided</source>
        <translation>すべて判断済み</translation>
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
    <name>Search</name>
    <message>
        <source>Search all documents</source>
        <translation>すべての文書を検索</translation>
    </message>
    <message>
        <source>Words in any document of the workspace</source>
        <translation>ワークスペース内の文書の語句</translation>
    </message>
</context>
<context>
    <name>SearchPanel</name>
    <message>
        <source>No document of the workspace holds these words.</source>
        <translation>この語句を含む文書はワークスペースにありません。</translation>
    </message>
    <message>
        <source>1 place</source>
        <translation>1 箇所</translation>
    </message>
    <message>
        <source>{n:,} places</source>
        <translation>{n:,} 箇所</translation>
    </message>
    <message>
        <source>1 document</source>
        <translation>1 文書</translation>
    </message>
    <message>
        <source>{n:,} documents</source>
        <translation>{n:,} 文書</translation>
    </message>
    <message>
        <source>{places} in {documents}</source>
        <translation>{documents}に {places}</translation>
    </message>
</context>
<context>
    <name>SecondLookPage</name>
    <message>
        <source>It matters</source>
        <translation>重要</translation>
    </message>
    <message>
        <source>It does not</source>
        <translation>重要でない</translation>
    </message>
    <message>
        <source>Show in the document</source>
        <translation>文書内で表示</translation>
    </message>
    <message>
        <source>Draw more</source>
        <translation>さらに抜き取る</translation>
    </message>
    <message>
        <source>This draw is done.</source>
        <translation>今回の抜き取り確認は終わりました。</translation>
    </message>
    <message>
        <source>There is nothing to draw from.</source>
        <translation>抜き取る箇所がありません。</translation>
    </message>
    <message>
        <source>Passage {n} of {total}: must a reviewer read it?</source>
        <translation>{total} 箇所中 {n} 番目：担当者が読むべき箇所ですか。</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>Every passage is selected, decided on or was drawn already.</source>
        <translation>すべての箇所が、選択済み、判断済み、または抜き取り済みです。</translation>
    </message>
    <message>
        <source>{n} passages are drawn at random from those that were not selected. Your answers say how many are missed.</source>
        <translation>選択されなかった箇所から {n} 箇所を無作為に抜き取ります。回答から、見落としがどのくらいあるかを推定します。</translation>
    </message>
</context>
<context>
    <name>SensitivityBar</name>
    <message>
        <source>Only the essential</source>
        <translation>要点のみ</translation>
    </message>
    <message>
        <source>Everything that might matter</source>
        <translation>重要かもしれないものすべて</translation>
    </message>
    <message>
        <source>How much of the text to see</source>
        <translation>表示する本文の量</translation>
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
        <source>1 passage, {share:.0%} of the text</source>
        <translation>1 箇所、本文の {share:.0%}</translation>
    </message>
    <message>
        <source>{n:,} passages, {share:.0%} of the text</source>
        <translation>{n:,} 箇所、本文の {share:.0%}</translation>
    </message>
    <message>
        <source>How many important ones it leaves out is not assured for documents like this one.</source>
        <translation>このような文書では、重要な箇所がいくつ漏れるかは保証できません。</translation>
    </message>
    <message>
        <source>Leaves out no important ones, as far as can be told</source>
        <translation>重要な箇所の見落としはない見込み</translation>
    </message>
    <message>
        <source>Leaves out about {n:,} important ones ({low:,} to {high:,})</source>
        <translation>重要な箇所の見落とし：約 {n:,} 件（{low:,}～{high:,}）</translation>
    </message>
</context>
<context>
    <name>SettingRow</name>
    <message>
        <source>From the next start.</source>
        <translation>次回の起動から有効です。</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>今すぐ再起動</translation>
    </message>
    <message>
        <source>Open documents, places and everything to undo come back</source>
        <translation>開いている文書、表示位置、元に戻せる操作はすべて引き継がれます</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Language and appearance</source>
        <translation>言語と表示</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>レビュー</translation>
    </message>
    <message>
        <source>What is kept</source>
        <translation>保存する内容</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Of menus and messages. Documents stay in theirs.</source>
        <translation>メニューとメッセージの言語です。文書の言語は変わりません。</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>システムに合わせる</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>ライト</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>ダーク</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文字の大きさ</translation>
    </message>
    <message>
        <source>Of menus, lists and messages, beside the system&apos;s. Pages have a zoom of their own.</source>
        <translation>メニュー、一覧、メッセージの文字です（システムの設定に対する割合）。ページの拡大とは別です。</translation>
    </message>
    <message>
        <source>Where the model computes</source>
        <translation>モデルの計算に使う装置</translation>
    </message>
    <message>
        <source>Counts from the next analysis.</source>
        <translation>次の解析から有効です。</translation>
    </message>
    <message>
        <source>On the GPU where there is one</source>
        <translation>自動（GPU があれば使う）</translation>
    </message>
    <message>
        <source>On the processor (cpu)</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>On the GPU (cuda)</source>
        <translation>GPU（CUDA）</translation>
    </message>
    <message>
        <source>Memory for the model</source>
        <translation>モデルが使うメモリ</translation>
    </message>
    <message>
        <source>An analysis that needs more ends with a message. On Linux, where there is no GPU.</source>
        <translation>超える場合はメッセージを表示して解析を終了します。GPU のない Linux でのみ有効です。</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>制限なし</translation>
    </message>
    <message>
        <source>Share of what matters that the model aims to find</source>
        <translation>重要な箇所のうち、モデルが見つけることを目標とする割合</translation>
    </message>
    <message>
        <source>Higher selects more of the text. Counts from the next analysis.</source>
        <translation>高くするほど多くの箇所が選択されます。次の解析から有効です。</translation>
    </message>
    <message>
        <source>Reviewer&apos;s name</source>
        <translation>査読者の名前</translation>
    </message>
    <message>
        <source>Stands in annotated copies as the author of comments. Empty: Fusen.</source>
        <translation>注釈付きの写しで、コメントの作成者として記載されます。空欄の場合は「Fusen」です。</translation>
    </message>
    <message>
        <source>Keep words in the audit log</source>
        <translation>監査ログに文言を残す</translation>
    </message>
    <message>
        <source>Passages and comments as they were when you decided; without it the log holds only hashes of them.</source>
        <translation>判断した時点の箇所とコメントの文言を残します。オフの場合、ログにはそれらのハッシュだけが残ります。</translation>
    </message>
    <message>
        <source>Open the documents of the last time again</source>
        <translation>前回開いていた文書を開く</translation>
    </message>
    <message>
        <source>Remember the window&apos;s size and the width of its parts</source>
        <translation>ウィンドウの大きさと各部の幅を保存する</translation>
    </message>
    <message>
        <source>List documents that were read before on the start page</source>
        <translation>以前に読んだ文書を開始画面に表示する</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>設定を検索</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>該当する設定はありません。</translation>
    </message>
    <message>
        <source>The settings could not be kept: {reason}. They hold until Fusen is closed.</source>
        <translation>設定を保存できませんでした：{reason}。Fusen を終了するまで有効です。</translation>
    </message>
    <message>
        <source>The keys of {command} in the file of settings are no keys. Its own are used.</source>
        <translation>設定ファイルにある {command} のキーが正しくないため、既定のキーを使います。</translation>
    </message>
    <message>
        <source>The settings in {file} cannot be read. The defaults are used until you change one.</source>
        <translation>設定ファイル {file} を読み込めません。変更するまで既定値を使います。</translation>
    </message>
    <message>
        <source>“{value}” cannot be the value of “{setting}”. Its default is used.</source>
        <translation>「{value}」は「{setting}」の値として使えないため、既定値を使います。</translation>
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
    <name>SidePanel</name>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>閉じる（Esc）</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Filter</source>
        <translation>絞り込み</translation>
    </message>
    <message>
        <source>Filter the documents</source>
        <translation>文書を絞り込む</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文書</translation>
    </message>
    <message>
        <source>Remove from the workspace</source>
        <translation>ワークスペースから外す</translation>
    </message>
    <message>
        <source>Forget for good…</source>
        <translation>記録を完全に消去…</translation>
    </message>
    <message>
        <source>This is a new version of</source>
        <translation>次の文書の新しい版とする</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Removed {name}</source>
        <translation>{name} を外しました</translation>
    </message>
    <message>
        <source>{name} was taken out of the list. Its decisions are kept, and come back when it is opened again.</source>
        <translation>{name} を一覧から外しました。判断の内容は残り、文書を再び開くと元に戻ります。</translation>
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
        <source>Continue</source>
        <translation>続きから</translation>
    </message>
    <message>
        <source>What stays on this machine</source>
        <translation>このコンピューターに残るもの</translation>
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
    <message>
        <source>How it works</source>
        <translation>使い方</translation>
    </message>
    <message>
        <source>Open a document. Its pages show at once; the model reads it here, which takes seconds to minutes.</source>
        <translation>文書を開きます。ページはすぐに表示され、モデルがこのコンピューターの中で読み取ります（数秒から数分）。</translation>
    </message>
    <message>
        <source>Go through what it flagged: A accepts, R rejects, C comments, N goes on. All keys: F1.</source>
        <translation>付箋の付いた箇所を順に確認します。A で承認、R で却下、C でコメント、N で次へ進みます。キーの一覧は F1 です。</translation>
    </message>
    <message>
        <source>Export what you accepted: a brief for Word, slides, a list, or your file with comments.</source>
        <translation>承認した指摘を、Word の要約書、スライド、一覧、またはコメント付きの文書として書き出します。</translation>
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
    <name>Strip</name>
    <message>
        <source>Overview of the document</source>
        <translation>文書全体の概観</translation>
    </message>
    <message>
        <source>page {label}</source>
        <translation>{label} ページ</translation>
    </message>
    <message>
        <source>undecided</source>
        <translation>未判断</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>承認</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>却下</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>編集済み</translation>
    </message>
    <message>
        <source>added by you</source>
        <translation>自分で追加</translation>
    </message>
</context>
<context>
    <name>TagPicker</name>
    <message>
        <source>Filter tags</source>
        <translation>タグを絞り込む</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>タグ</translation>
    </message>
</context>
<context>
    <name>Thumbnails</name>
    <message>
        <source>Page {label}</source>
        <translation>{label} ページ</translation>
    </message>
    <message>
        <source>Page {label}, findings: {count}</source>
        <translation>{label} ページ、指摘 {count} 件</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>ページ</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>More</source>
        <translation>その他</translation>
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
    <name>TourBar</name>
    <message>
        <source>Next  ⇧L</source>
        <translation>次へ  ⇧L</translation>
    </message>
    <message>
        <source>End</source>
        <translation>終了</translation>
    </message>
</context>
<context>
    <name>UnlockPage</name>
    <message>
        <source>Passphrase</source>
        <translation>パスフレーズ</translation>
    </message>
    <message>
        <source>Remember on this machine</source>
        <translation>このコンピューターに記憶する</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>The workspace is encrypted</source>
        <translation>ワークスペースは暗号化されています</translation>
    </message>
    <message>
        <source>Enter the passphrase of {name} to open it.</source>
        <translation>{name} を開くには、パスフレーズを入力してください。</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>開いています…</translation>
    </message>
    <message>
        <source>This passphrase does not open it. Upper and lower case count. Without the passphrase nobody can open the workspace, Fusen neither.</source>
        <translation>このパスフレーズでは開けません。大文字と小文字は区別されます。パスフレーズがなければ、Fusen を含め誰もワークスペースを開けません。</translation>
    </message>
    <message>
        <source>The key is kept in the keyring of this system, so that nothing is asked at the next start.</source>
        <translation>鍵をこのシステムのキーリングに保存します。次回の起動時には入力を求めません。</translation>
    </message>
    <message>
        <source>This system has no keyring, so the passphrase is asked for at each start.</source>
        <translation>このシステムにはキーリングがないため、起動のたびにパスフレーズの入力が必要です。</translation>
    </message>
</context>
<context>
    <name>VersionPane</name>
    <message>
        <source>Opening {name}…</source>
        <translation>{name} を開いています…</translation>
    </message>
</context>
<context>
    <name>Versioning</name>
    <message>
        <source>{percent}% of the words stand in passages of “{name}” as well. Is this a new version of it?</source>
        <translation>文言の {percent}% が「{name}」と一致しています。この文書の新しい版ですか？</translation>
    </message>
    <message>
        <source>Yes, carry decisions over</source>
        <translation>はい、判断を引き継ぐ</translation>
    </message>
    <message numerus="yes">
        <source>Since then, %n finding(s) of the version before got a decision or a note.</source>
        <translation>
            <numerusform>その後、前の版で指摘 %n 件に判断またはメモが付けられました。</numerusform>
        </translation>
    </message>
    <message>
        <source>Carry it over</source>
        <translation>引き継ぐ</translation>
    </message>
    <message>
        <source>Carried over: {kept}. Changed since, to be decided again: {asked}.</source>
        <translation>引き継ぎ: {kept} 件。文言が変わり再判断が必要: {asked} 件。</translation>
    </message>
    <message>
        <source>“{name}” is a new version of</source>
        <translation>「{name}」の前の版</translation>
    </message>
    <message>
        <source>No other document was analysed</source>
        <translation>ほかに分析済みの文書がありません</translation>
    </message>
    <message>
        <source>Carried over: {kept}. Changed since, to be decided again: {asked}. No longer there: {gone}.</source>
        <translation>引き継ぎ: {kept} 件。文言が変わり再判断が必要: {asked} 件。削除された箇所: {gone} 件。</translation>
    </message>
    <message>
        <source>Show the changes</source>
        <translation>変更点を表示</translation>
    </message>
    <message>
        <source>What had been carried over was taken back. Undo restores it.</source>
        <translation>引き継いだ内容を取り消しました。「元に戻す」で復元できます。</translation>
    </message>
</context>
<context>
    <name>VersionsView</name>
    <message>
        <source>Before</source>
        <translation>前の版</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>新しい版</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>変更点</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>比較しています…</translation>
    </message>
    <message>
        <source>Changes since the version before</source>
        <translation>前の版からの変更</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>閉じる (Esc)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>変更</translation>
    </message>
    <message>
        <source>New</source>
        <translation>追加</translation>
    </message>
    <message>
        <source>Gone</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Moved</source>
        <translation>移動</translation>
    </message>
    <message>
        <source>Renumbered</source>
        <translation>番号変更</translation>
    </message>
    <message>
        <source>Nothing changed.</source>
        <translation>変更はありません。</translation>
    </message>
    <message>
        <source>Decided before, changed since</source>
        <translation>判断済み・その後変更あり</translation>
    </message>
    <message>
        <source>Decided before, no longer there</source>
        <translation>判断済み・削除された箇所</translation>
    </message>
    <message>
        <source>New or changed findings</source>
        <translation>新規または変更された指摘</translation>
    </message>
    <message>
        <source>Other changes</source>
        <translation>その他の変更</translation>
    </message>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message>
        <source>was {decision}</source>
        <translation>前回: {decision}</translation>
    </message>
    <message>
        <source>“{comment}”</source>
        <translation>「{comment}」</translation>
    </message>
    <message>
        <source>No finding. N: next change, P: previous one.</source>
        <translation>指摘はありません。N: 次の変更、P: 前の変更</translation>
    </message>
    <message>
        <source>now {decision}</source>
        <translation>現在: {decision}</translation>
    </message>
    <message>
        <source>A: accept, R: reject, Enter: go to it</source>
        <translation>A: 承認、R: 却下、Enter: 移動</translation>
    </message>
    <message>
        <source>A: accept, R: reject, B: as before, Enter: go to it</source>
        <translation>A: 承認、R: 却下、B: 前回と同じ、Enter: 指摘へ移動</translation>
    </message>
</context>
<context>
    <name>WholePage</name>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>閉じる (Esc)</translation>
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
        <source>Read together with</source>
        <translation>あわせて読まれた箇所</translation>
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
<context>
    <name>_FileDelegate</name>
    <message>
        <source>Not open</source>
        <translation>開いていない文書</translation>
    </message>
</context>
</TS>
