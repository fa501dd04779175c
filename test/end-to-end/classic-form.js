// The client of the tutorial that the classic pair keeps working: it submits its form by AJAX under a key of its own, asks for the
// status once a second, and shows what the server says. Written as such pages were: no modules, no fetch.
(function () {
  var form = document.getElementById('upload');
  var progress = document.getElementById('progress');

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var key = String(Date.now()) + Math.random().toString(36).slice(2);
    form.elements.key.value = key;
    var isDone = false;

    var upload = new XMLHttpRequest();
    upload.open('POST', form.action);
    upload.onload = function () {
      isDone = true;
      progress.textContent = JSON.parse(upload.responseText).message;
    };
    upload.send(new FormData(form));

    (function poll() {
      if (isDone) return;
      var status = new XMLHttpRequest();
      status.open('GET', '/upload_status?key=' + encodeURIComponent(key));
      status.onload = function () {
        if (isDone) return;
        var answer = JSON.parse(status.responseText);
        if (status.status === 200 && !answer.error) {
          progress.textContent =
            answer.uploaded < answer.totalsize ? Math.floor((answer.uploaded / answer.totalsize) * 100) + ' %' : 'Processing file, please wait…';
        }
        setTimeout(poll, 1000);
      };
      status.send();
    })();
  });
})();
